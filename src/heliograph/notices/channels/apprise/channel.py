"""Sends a notice as a text for people, by a service that Apprise knows."""

from datetime import datetime
from typing import TYPE_CHECKING

from heliograph.notices.channels.answers import judge
from heliograph.notices.channels.apprise.allowed import check_url
from heliograph.notices.channels.apprise.messengers import ALWAYS, SERVICES, Given
from heliograph.notices.channels.cut import cut
from heliograph.notices.channels.kind import Kind, Options, refuse_strange
from heliograph.notices.channels.secrets import secret_of
from heliograph.notices.channels.web_address import allowed_of
from heliograph.notices.errors import BadChannel, NotSent, about
from heliograph.notices.message import Message
from heliograph.notices.pictures import picture_of

if TYPE_CHECKING:
    from apprise import AttachBase, NotifyBase

ANY = "apprise"
# More than that of one thing people do not read, and services such as Telegram do not take from one sender.
PER_MINUTE = 10


def check(options: Options) -> None:
    """The service must be known, and Apprise must understand what is given for it."""
    _plugin(options)


def where(options: Options) -> str:
    """The service and the place there, without any secret."""
    places = [options.get("server"), options.get("to")]
    words = [", ".join(one) if isinstance(one, list) else str(one) for one in places if one]
    if not words and "url_env" in options:
        words = [f"the address in {options['url_env']}"]
    return " ".join([str(options.get("service", ANY)), *words])


def send(message: Message, options: Options, *, at: datetime) -> None:
    """One text, with the picture of the signal where there is one and the service takes it."""
    from heliograph.notices.channels.apprise.guard import guarded

    try:
        plugin = _plugin(options)
    except BadChannel as fault:
        raise NotSent(str(fault)) from fault
    title, body = _fitted(message, plugin)
    drawn = _picture(message, options, plugin)
    with guarded(allowed_of(options)) as talk:
        is_sent = plugin.notify(body=body, title=title, notify_type="info", body_format="text", attach=drawn)
    if is_sent:
        return
    if talk.fault:
        raise talk.fault
    if talk.answers:
        judge(talk.answers[-1], at=at)
    told = talk.answers[-1].start if talk.answers else ""
    raise NotSent(f"{options.get('service', ANY)} did not take it" + (f": {told}" if told else "."))


def _plugin(options: Options) -> "NotifyBase":
    """Apprise's sender; BadChannel where there is none for what is given. No message holds a secret."""
    from apprise import Apprise, AppriseAsset

    service = str(options.get("service", ANY))
    url, schemas = _url(service, options)
    # It keeps nothing on disk, and shows no pictures of its own.
    asset = AppriseAsset(
        storage_mode="memory", secure_logging=True, http_redirects=False, app_id="Heliograph"
    )
    plugin = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None or (schemas and not schemas & _schemas_of(plugin)):
        field = "token_env" if "token_env" in options and "url_env" not in options else "url_env"
        raise BadChannel(
            f"What {options.get(field, 'it')} holds is not what {service} gives out; "
            "copy it from there once more.",
            field=field,
        )
    # The pauses between messages are ours.
    plugin.request_rate_per_sec = 0
    return plugin


def _schemas_of(plugin: "NotifyBase") -> set[str]:
    """What stands before :// in its URLs; some senders overwrite their own `schema`."""
    found: set[str] = set()
    for names in (plugin.protocol, plugin.secure_protocol):
        found |= {names} if isinstance(names, str) else set(names or ())
    return found


def _url(service: str, options: Options) -> tuple[str, frozenset[str]]:
    if service == ANY:
        refuse_strange(ANY, options, ALWAYS | {"url_env"})
        name = str(options.get("url_env", ""))
        if not name:
            raise BadChannel(
                "Name a service, such as telegram, or with --url-env the environment variable that holds a "
                "URL of Apprise.",
                field="url_env",
            )
        with about("url_env"):
            url = secret_of(name, holds="a URL of Apprise")
            check_url(url, name=name)
        allowed_of(options)
        return url, frozenset()
    if service not in SERVICES:
        raise BadChannel(f"There is no service '{service}'; there are {', '.join(sorted(SERVICES))}.")
    found = SERVICES[service]
    refuse_strange(service, options, ALWAYS | {*found.needs, *found.may})
    given = Given(service, options)
    for name in found.needs:
        given.text(name)
    allowed_of(options)
    return found.url(given), found.schemas


def _fitted(message: Message, plugin: "NotifyBase") -> tuple[str, str]:
    """Title and text as the service takes them; where it has no titles they stand in the text."""
    title, body = message.title, message.text
    most = int(plugin.body_maxlen)
    if plugin.title_maxlen <= 0:
        return "", cut(f"{title}\n{body}", most)
    # Apprise puts the title before the text where it does not fit.
    return cut(title, int(plugin.title_maxlen)), cut(body, max(most - len(title) - 2, 1)) or title


def _picture(message: Message, options: Options, plugin: "NotifyBase") -> "list[AttachBase] | None":
    if not options.get("picture") or not plugin.attachment_support:
        return None
    from apprise.attachment.memory import AttachMemory

    drawn = picture_of(message)
    return None if drawn is None else [AttachMemory(content=drawn, name="signal.png", mimetype="image/png")]


APPRISE = Kind(check=check, where=where, send=send, per_minute=PER_MINUTE)
