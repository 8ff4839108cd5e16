"""What pages read across the rooms: each function is a fixed number of statements."""
