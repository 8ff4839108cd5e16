"""What is to be expected of what is measured, and afterwards how well that was foreseen."""
