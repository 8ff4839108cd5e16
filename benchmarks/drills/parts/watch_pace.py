"""How much faster the watch runs in the drill of incidents than it ships."""

FACTOR = 5
# By so many seconds the clock of a process is wrong that has this in its environment.
SKEW_ENV = "DRILL_SKEW"
