"""What the pages of strategies read."""
