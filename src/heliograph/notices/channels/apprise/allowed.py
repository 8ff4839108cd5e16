"""Which of Apprise's own URLs are taken: those of services that talk by web requests and do nothing else.

Refused are all that run programs, write to the desktop or the log, speak protocols of their own that no guard
stands before, or post anything to any address (for which there are webhooks), and all parameters that name
files.
"""

from urllib.parse import parse_qsl, urlsplit

from heliograph.notices.errors import BadChannel

NAMES = """
bark barks betterstack brevo chanify clickatell clicksend d7sms dingtalk discord elks evolution evolutions
feishu firehydrant flock freemobile gchat goalert goalerts gotify gotifys groupme hassio hassios httpsms ifttt
ilert incidentio infobip join kakaotalk kavenegar kumulos lametric lark line mailersend mailgun matrix matrixs
misskey misskeys mmost mmosts msg91 msgbird ncloud nclouds nctalk nctalks notica noticas notifiarr ntfy ntfys
o365 onesignal opsgenie pagerduty pagertree pbul pjet pjets plivo postmark pover prowl psafer push pushdeer
pushdeers pushed pushme pushplus pushy resend revolt rocket rockets ryver schan sendgrid seven signal signals
signl4 sinch slack smtp2go sns sparkpost spike splunk spugpush squadcast strmlabs synology synologys
telesign telnyx tgram threema twilio twist victorops voipms vonage wecombot whatsapp workflow workflows wpush
wxpusher wxteams zulip
"""
SCHEMAS = frozenset(NAMES.split())
# They name files of this machine, or addresses that are read into the message.
FILES = frozenset({"template", "attach", "keyfile", "pgpkey", "cert", "config"})


def check_url(url: str, *, name: str) -> None:
    """BadChannel where a URL is not to be used; `name` is the variable that holds it."""
    scheme, colon, _ = url.partition("://")
    if not colon:
        raise BadChannel(f"{name} holds no URL of Apprise; it looks like tgram://token/chat.")
    if scheme.lower() not in SCHEMAS:
        raise BadChannel(
            f"{name} holds a URL of {scheme[:24]}://, which channels do not take: only services "
            "that are sent web requests; for anything else there are the kinds webhook, email and log."
        )
    try:
        named = {key.lower().lstrip("+-:") for key, _ in parse_qsl(urlsplit(url).query)}
    except ValueError as fault:
        raise BadChannel(f"{name} holds no URL that can be read.") from fault
    if strange := sorted(named & FILES):
        raise BadChannel(f"{name}: leave out {', '.join(strange)}, which would name files of this machine.")
