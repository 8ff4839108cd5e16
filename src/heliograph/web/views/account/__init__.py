"""Coming in, one's own settings, and the people of an installation."""
