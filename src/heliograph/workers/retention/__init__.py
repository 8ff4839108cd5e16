"""What is kept for how long: one list of policies, and what holds candles back."""
