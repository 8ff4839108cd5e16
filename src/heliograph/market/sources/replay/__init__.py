"""Stored history that arrives bar by bar, through the door that live bars use."""
