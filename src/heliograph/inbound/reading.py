"""An alert as it comes, JSON or a line of text, read into what it wants."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches

from heliograph.inbound.errors import BadAlert
from heliograph.inbound.models import Alert
from heliograph.inbound.words import BESIDE, PART_OF, part_of, timeframe_of, wish_of

LONGEST = 16_384
MOST_TARGETS = 3
# "order buy @ 2 filled on BTCUSDT. New strategy position is 2", as TradingView proposes it for strategies.
FILLED = re.compile(
    r"order (?P<action>buy|sell) @ \S+ filled on (?P<symbol>\S+?)\. "
    r"New strategy position is (?P<size>-?[\d.,]+)",
    re.IGNORECASE,
)
SYMBOL = re.compile(r"(?=.*[A-Z])[A-Z0-9]+[A-Z0-9._:/!-]*[A-Z0-9!]")
NOTHING = {"", "nan", "na", "n/a", "null", "none"}
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an alert says. `side`: which side an exit leaves, empty for both. Moments are None where it names
    none."""

    symbol: str
    exchange: str
    action: str
    side: str = ""
    stop: float | None = None
    targets: tuple[float, ...] = ()
    time: datetime | None = None
    fired: datetime | None = None
    timeframe: str = ""
    id: str = ""


@dataclass(slots=True)
class Body:
    """A body with its fields by what they are, the secret taken out of it."""

    fields: dict[str, object] = field(default_factory=dict)
    secret: str = ""
    # What is kept of it.
    text: str = ""

    @classmethod
    def of(cls, content: bytes) -> "Body":
        """From the bytes of a request; BadAlert where they are neither JSON nor text."""
        try:
            text = content.decode().strip()
        except UnicodeDecodeError as fault:
            raise BadAlert("The body is no text in UTF-8.") from fault
        if not text or "\x00" in text:
            raise BadAlert('The body is empty; send JSON such as {"symbol": "BTCUSDT", "action": "buy"}.')
        found = _json_fields(text) if text.startswith("{") else _text_fields(text)
        secret = str(found.fields.pop("secret", ""))
        kept = text.replace(secret, "***") if secret else text
        return cls(found.fields, secret, kept)

    def reading(self) -> Reading:
        """What it wants; BadAlert says what is wrong with it."""
        given = self.fields
        action, side = _wish(given)
        return Reading(
            symbol=_text(given, "symbol", most=64) or _missing("symbol"),
            exchange=_text(given, "exchange", most=64),
            action=action,
            side=side,
            stop=_price(given, "stop"),
            targets=_targets(given),
            time=_moment(given, "time"),
            fired=_moment(given, "fired"),
            timeframe=timeframe_of(_text(given, "timeframe", most=8)),
            id=_text(given, "id", most=128),
        )


def _json_fields(text: str) -> Body:
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as fault:
        raise BadAlert(
            f"The body begins like JSON and is none ({fault}); are all placeholders of texts in quotes?"
        ) from fault
    fields: dict[str, object] = {}
    for name, value in found.items():
        part = part_of(name)
        if part is None:
            near = get_close_matches(name.lower(), [*PART_OF, *BESIDE], n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise BadAlert(f"There is no field `{_shown(name)}` in an alert.{hint}")
        if part in fields:
            raise BadAlert(
                f"`{_shown(name)}` says again what another field says already; leave one of them out."
            )
        if part:
            fields[part] = value
    return Body(fields)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _text_fields(text: str) -> Body:
    if filled := FILLED.search(text):
        size = float(filled["size"].replace(",", "") or 0)
        position = "flat" if size == 0 else "long" if size > 0 else "short"
        fields: dict[str, object] = {
            "symbol": filled["symbol"],
            "action": filled["action"],
            "position": position,
        }
        rest = text[: filled.start()] + text[filled.end() :]
        return Body({**fields, **_pairs(rest)})
    fields = _pairs(text)
    words = [word.strip(".!()[]\"':") for word in re.split(r"[\s,;]+", text) if "=" not in word]
    actions = [place for place, word in enumerate(words) if wish_of(word)]
    if len({wish_of(words[place]) for place in actions}) > 1:
        raise BadAlert(f"The text says both `{words[actions[0]]}` and `{words[actions[-1]]}`.")
    if actions:
        fields.setdefault("action", words[actions[0]])
    if symbol := _symbol(words, behind=actions[0] if actions else 0):
        fields.setdefault("symbol", symbol)
    return Body(fields)


def _symbol(words: list[str], *, behind: int) -> str:
    """The word that names an instrument: one with its exchange, else the one next to the action."""
    found = [
        (place, word) for place, word in enumerate(words) if SYMBOL.fullmatch(word) and not wish_of(word)
    ]
    full = [word for _, word in found if ":" in word or "/" in word]
    after = [word for place, word in found if place > behind]
    before = [word for place, word in reversed(found) if place <= behind]
    return next(iter([*full, *after, *before]), "")


def _pairs(text: str) -> dict[str, object]:
    """`stop=95` and the like in a text; what is no part of an alert is prose."""
    found: dict[str, object] = {}
    for name, value in re.findall(r"([A-Za-z_][A-Za-z0-9_]*)=([^\s,;]+)", text):
        part = part_of(name)
        if part is None:
            near = get_close_matches(name.lower(), PART_OF, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise BadAlert(f"There is no field `{_shown(name)}` in an alert.{hint}")
        if part:
            found[part] = value
    return found


def _wish(given: Mapping[str, object]) -> tuple[str, str]:
    said, position = _text(given, "action", most=32), _text(given, "position", most=32).lower()
    if not said and not position:
        _missing("action")
    wish = wish_of(said or position)
    if wish is None:
        raise BadAlert(
            f"`{(said or position)[:32]}` is no action; there are buy, sell, long, short, close, exit."
        )
    if position == "flat":
        return Alert.Action.EXIT, ""
    if wish[0] != Alert.Action.EXIT and position in ("long", "short") and position != wish[0]:
        raise BadAlert(
            f"The alert says `{said}` while the position stays {position}: parts of one are not followed."
        )
    return wish


def _missing(name: str) -> str:
    example = {"symbol": "BINANCE:BTCUSDT", "action": "buy, sell, close or exit"}[name]
    raise BadAlert(f"The alert names no `{name}`, such as {example}.")


def _text(given: Mapping[str, object], name: str, *, most: int) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadAlert(f"`{name}` must be a text.")
    text = str(value).strip()
    if len(text) > most or not text.isprintable():
        raise BadAlert(f"`{name}` must be at most {most} letters on one line.")
    if "{{" in text:
        raise BadAlert(f"`{name}` is `{text}`: TradingView did not fill in this placeholder.")
    return text


def _price(given: Mapping[str, object], name: str, value: object = ...) -> float | None:
    found = given.get(name) if value is ... else value
    if found is None or (isinstance(found, str) and found.strip().lower() in NOTHING):
        return None
    try:
        price = math.nan if isinstance(found, bool) else float(str(found).replace(",", "").strip())
    except ValueError:
        price = math.nan
    if not (math.isfinite(price) and 0 < price < 1e300):
        raise BadAlert(f"`{name}` must be a price above 0, not {_shown(found)}.")
    return price


def _targets(given: Mapping[str, object]) -> tuple[float, ...]:
    listed = given.get("targets")
    if isinstance(listed, str) and "," in listed:
        listed = [part for part in listed.split(",") if part.strip()]
    values = list(listed) if isinstance(listed, list) else [listed]
    values += [given.get(f"target{place}") for place in (1, 2, 3)]
    found = tuple(price for value in values if (price := _price(given, "targets", value)) is not None)
    if len(found) > MOST_TARGETS:
        raise BadAlert(f"A signal has at most {MOST_TARGETS} targets, not {len(found)}.")
    if len(set(found)) < len(found):
        raise BadAlert("The targets must differ from each other.")
    return found


def _moment(given: Mapping[str, object], name: str) -> datetime | None:
    text = _text(given, name, most=40)
    if text.lower() in NOTHING:
        return None
    try:
        moment = _epoch(text) if re.fullmatch(r"\d+(\.\d+)?", text) else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as fault:
        raise BadAlert(f"`{name}` must be a moment such as 2026-01-31T10:00:00Z, not {text}.") from fault
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if not datetime(1970, 1, 1, tzinfo=UTC) < moment < LATEST:
        raise BadAlert(f"`{name}` must be a moment between 1970 and 2100, not {text}.")
    return moment


def _epoch(text: str) -> datetime:
    """Seconds since 1970, or milliseconds."""
    number = float(text)
    return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)


def _shown(value: object) -> str:
    """A value as a sentence can hold it: short, and with nothing that is not printed."""
    return str(value)[:40].encode("ascii", "backslashreplace").decode().replace("\x00", "\\x00")
