"""The quality of data by days: measured from candles, kept as counts, added up by venue and instrument."""
