"""Templates with named fields: `{pair}` or `{open_rate:.2f}`, and nothing else.

Text of users is never handed to `str.format`, by which it could read attributes of what it is given.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from heliograph.notices.channels.webhook.fields import FIELDS, Value
from heliograph.notices.errors import BadChannel

PIECE = re.compile(
    r"\{\{|\}\}|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<width>\d{0,2})(?:\.(?P<digits>\d{1,2}))?f)?\}|[{}]"
)
LONGEST = 10_000
UNKNOWN = "–"
# What freqtrade calls the occasions, and whose template serves which topic; `status` serves all others.
OCCASIONS = {"signal.published": "entry", "signal.settled": "exit"}
OTHERS = "status"

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The text with its fields filled in; what is unknown is a dash."""

    def piece(found: "re.Match[str]") -> str:
        if found["name"] is None:
            return found[0][0]
        return _shown(values[found["name"]], found)

    return PIECE.sub(piece, text)


def fill_json(template: Json, values: Mapping[str, Value]) -> Json:
    """The same for all texts in a JSON value; one that is a single bare field has that field's own type."""
    if isinstance(template, str):
        whole = PIECE.fullmatch(template)
        if whole and whole["name"] and ":" not in template:
            return values[whole["name"]]
        return fill(template, values)
    if isinstance(template, list):
        return [fill_json(one, values) for one in template]
    if isinstance(template, dict):
        return {key: fill_json(one, values) for key, one in template.items()}
    return template


def check_text(text: str) -> None:
    """BadChannel where a text names a field that there is not, or has a brace too many."""
    if len(text) > LONGEST:
        raise BadChannel(f"A template has at most {LONGEST:,} letters.")
    for found in PIECE.finditer(text):
        name = found["name"]
        if name is None and len(found[0]) == 1:
            raise BadChannel(
                f"The template has a lone `{found[0]}`: fields look like {{pair}} or {{open_rate:.2f}}, and "
                "a brace itself is written twice."
            )
        if name is not None and name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            hint = f" Did you mean {{{near[0]}}}?" if near else ""
            raise BadChannel(f"The template names {{{name}}}, which there is not.{hint} {_known()}")


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A JSON template, or one for each occasion: entry, exit and status."""

    by_occasion: Mapping[str, Json]

    @classmethod
    def read(cls, text: str) -> "JsonTemplate":
        """From a text; BadChannel says what is wrong with it."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise BadChannel(f"The template is no JSON ({fault}).") from fault
        if not isinstance(found, dict):
            raise BadChannel('The template must be a JSON object, such as {"pair": "{pair}"}.')
        occasions = {*OCCASIONS.values(), OTHERS}
        by_occasion = found if found and found.keys() <= occasions else dict.fromkeys(occasions, found)
        _check_json(list(by_occasion.values()))
        return cls(by_occasion)

    def of(self, topic: str) -> Json:
        """The template for a topic; None where its notices are not to be sent."""
        return self.by_occasion.get(OCCASIONS.get(topic, OTHERS))


def _check_json(template: Json) -> None:
    if isinstance(template, str):
        check_text(template)
    elif isinstance(template, list):
        for one in template:
            _check_json(one)
    elif isinstance(template, dict):
        for one in template.values():
            _check_json(one)


def _shown(value: Value, found: "re.Match[str]") -> str:
    if value is None:
        return UNKNOWN
    if found["width"] is None or isinstance(value, str):
        return str(value)
    return format(float(value), f"{found['width']}.{found['digits'] or 6}f")


def _known() -> str:
    return "There are " + ", ".join(f"{{{name}}}" for name in FIELDS) + "."
