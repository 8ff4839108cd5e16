"""The rules that come with Heliograph. What an owner changed of one stays theirs when it changes here."""

from heliograph.monitor.alerts.shipped_backups import OF_BACKUPS
from heliograph.monitor.alerts.shipped_market import OF_MARKET
from heliograph.monitor.alerts.shipped_pipeline import OF_PIPELINE
from heliograph.monitor.alerts.shipped_servers import OF_SERVERS
from heliograph.monitor.alerts.terms import Terms

SHIPPED: dict[str, Terms] = {**OF_SERVERS, **OF_PIPELINE, **OF_MARKET, **OF_BACKUPS}
