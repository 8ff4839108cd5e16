"""Which node a piece of work goes to: pure strategies, and `place.py`, which keeps their choices as rows."""
