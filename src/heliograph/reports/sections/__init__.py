"""What each section of a report says of a period: one file for each."""
