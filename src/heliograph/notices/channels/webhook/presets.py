"""What is posted: Standard Webhooks' JSON, or what another program is used to."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from heliograph.notices.channels.cut import cut
from heliograph.notices.channels.webhook.fields import fields_of
from heliograph.notices.channels.webhook.template import JsonTemplate, check_text, fill, fill_json
from heliograph.notices.errors import BadChannel, about
from heliograph.notices.message import Message

JSON_TYPE, TEXT_TYPE = "application/json", "text/plain; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"
# The services' own limits.
DISCORD_MOST, SLACK_MOST = 2_000, 40_000
FREQTRADE = """{
"entry": {"value1": "{direction} {pair}", "value2": "limit {limit:.8f}, stop {stop_loss:.8f}",
          "value3": "{strategy} {timeframe}"},
"exit": {"value1": "closed {direction} {pair}", "value2": "at {close_rate:.8f} by {exit_reason}",
         "value3": "{gain} {profit_ratio:.4f}"},
"status": {"value1": "{status}", "value2": "{text}", "value3": ""}
}"""
# As alerts of TradingView look, so that what takes those takes these.
TRADINGVIEW = "{action} {exchange}:{ticker} price={open_rate} stop={stop_loss} target={target1} id={id}"


@dataclass(frozen=True, slots=True)
class Content:
    """What is posted, and as what."""

    type: str
    body: str


# None: the notice is not for this receiver.
Make = Callable[[Message], Content | None]


def preset_of(options: Mapping[str, object]) -> Make:
    """The maker of contents that these options ask for; BadChannel says what is wrong with them."""
    name = str(options.get("preset", "standard"))
    if name not in PRESETS:
        raise BadChannel(f"There is no preset '{name}'; there are {', '.join(PRESETS)}.", field="preset")
    if "template" in options and name not in ("freqtrade", "tradingview"):
        raise BadChannel(
            f"The preset {name} takes no template; --preset freqtrade and tradingview do.", field="template"
        )
    if "format" in options and name != "freqtrade":
        raise BadChannel(f"The preset {name} takes no --format; --preset freqtrade does.", field="format")
    return PRESETS[name](options)


def is_signed(options: Mapping[str, object]) -> bool:
    """True where the receiver expects a signature: a secret must be named."""
    return options.get("preset", "standard") == "standard"


def _standard(_: Mapping[str, object]) -> Make:
    return lambda message: Content(JSON_TYPE, message.body)


def _discord(_: Mapping[str, object]) -> Make:
    def make(message: Message) -> Content:
        # What strategies are called must ring for nobody.
        told = {"content": cut(message.markdown, DISCORD_MOST), "allowed_mentions": {"parse": []}}
        return Content(JSON_TYPE, _json(told))

    return make


def _slack(_: Mapping[str, object]) -> Make:
    def make(message: Message) -> Content:
        text = f"{message.title}\n{message.text}"
        # Slack reads these three as markup, and says how they are escaped.
        for letter, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(letter, escaped)
        return Content(JSON_TYPE, _json({"text": cut(text, SLACK_MOST)}))

    return make


def _freqtrade(options: Mapping[str, object]) -> Make:
    with about("template"):
        template = JsonTemplate.read(str(options.get("template", FREQTRADE)))
    form = str(options.get("format", "form"))
    if form not in ("form", "json", "raw"):
        raise BadChannel(f"There is no format '{form}'; there are form, json and raw.", field="format")

    def make(message: Message) -> Content | None:
        found = template.of(message.topic)
        if not found:
            return None
        filled = fill_json(found, fields_of(message))
        if form == "json":
            return Content(JSON_TYPE, _json(filled))
        pairs = filled if isinstance(filled, dict) else {}
        if form == "raw":
            return Content(TEXT_TYPE, str(pairs.get("data", "")))
        return Content(FORM_TYPE, urlencode({key: _flat(one) for key, one in pairs.items()}))

    return make


def _tradingview(options: Mapping[str, object]) -> Make:
    template = str(options.get("template", TRADINGVIEW))
    with about("template"):
        check_text(template)
    return lambda message: Content(TEXT_TYPE, fill(template, fields_of(message)))


def _flat(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


PRESETS: dict[str, Callable[[Mapping[str, object]], Make]] = {
    "standard": _standard,
    "freqtrade": _freqtrade,
    "discord": _discord,
    "slack": _slack,
    "tradingview": _tradingview,
}
