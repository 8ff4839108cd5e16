"""The JSON that the API gives. Times are ISO 8601 in UTC, bars are named by their open, unknown is null."""
