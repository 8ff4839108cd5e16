"""Running counts of signals and their ends, kept by the database: no page counts a million rows."""
