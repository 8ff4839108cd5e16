"""Ways for notices to go: a folder for each kind of channel."""

from heliograph.notices.channels.kind import Kind
from heliograph.notices.channels.log.channel import LOG
from heliograph.notices.channels.webhook.channel import WEBHOOK

KINDS: dict[str, Kind] = {"log": LOG, "webhook": WEBHOOK}
