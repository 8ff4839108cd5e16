"""Sends a notice as a request, signed where there is a secret for it."""

from datetime import datetime

from standardwebhooks import Webhook

from heliograph.notices.channels.answers import judge
from heliograph.notices.channels.exchange import exchange
from heliograph.notices.channels.kind import Kind, Options, refuse_strange
from heliograph.notices.channels.webhook.own_secret import OWN_SECRET, new_mark
from heliograph.notices.channels.webhook.presets import is_signed, preset_of
from heliograph.notices.channels.webhook.target import Target
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message

TAKES = frozenset({"url", "url_env", "secret_env", "allow_private", "preset", "template", "format"})


def check(options: Options) -> None:
    """Address, secret and template must be fit for use, here and now."""
    refuse_strange("webhook", {name: one for name, one in options.items() if name != OWN_SECRET}, TAKES)
    preset_of(options)
    Target.of(options, is_signed=is_signed(options)).secrets()


def complete(given: Options, *, known: Options) -> Options:
    """With a secret of our own making where a signature is expected and no variable is named for it."""
    refuse_strange("webhook", given, TAKES)
    if given.get("secret_env") or not is_signed(given):
        return given
    return {**given, OWN_SECRET: known.get(OWN_SECRET) or new_mark()}


def where(options: Options) -> str:
    """The address without its query, which may hold a secret."""
    if "url_env" in options:
        return f"the address in {options['url_env']}"
    return str(options.get("url", "")).partition("?")[0]


def send(message: Message, options: Options, *, at: datetime) -> None:
    """One request; its signature has the time of this try."""
    try:
        target = Target.of(options, is_signed=is_signed(options))
        secrets, content = target.secrets(), preset_of(options)(message)
    except BadChannel as fault:
        raise NotSent(str(fault)) from fault
    if content is None:
        return
    headers = {
        "Content-Type": content.type,
        "User-Agent": "Heliograph",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
    }
    if secrets:
        signatures = (Webhook(secret).sign(message.id, at, content.body) for secret in secrets)
        headers["webhook-signature"] = " ".join(signatures)
    judge(exchange(target.place, "POST", target.path, headers, content.body.encode()), at=at)


WEBHOOK = Kind(check=check, where=where, send=send, complete=complete)
