"""What could be done better, from which numbers, and afterwards whether it helped."""
