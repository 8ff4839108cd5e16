"""The stream of events: a log that the database keeps in one order, and the async door that it leaves by."""
