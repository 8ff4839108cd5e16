"""Ways for notices to go: a folder for each kind of channel."""

from heliograph.notices.channels.apprise.channel import APPRISE
from heliograph.notices.channels.email.channel import EMAIL
from heliograph.notices.channels.kind import Kind
from heliograph.notices.channels.log.channel import LOG
from heliograph.notices.channels.webhook.channel import WEBHOOK

KINDS: dict[str, Kind] = {"apprise": APPRISE, "email": EMAIL, "log": LOG, "webhook": WEBHOOK}
