"""What the page of monitoring shows, read from rows."""
