"""What only the pages of monitoring write."""

import re
from datetime import datetime

from django import template
from django.utils import timezone

from heliograph.monitor.advice.told import ToldEvidence
from heliograph.web import measured
from heliograph.web.measured import bytes_text, seconds_text
from heliograph.web.numbers import DASH, fixed

register = template.Library()
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@register.filter
def lasted(seconds: float | None) -> str:
    """A length of time; a dash where it is unknown."""
    return DASH if seconds is None else seconds_text(seconds)


@register.filter
def meaning(says: str) -> str:
    """What is measured, as a heading."""
    return measured.meaning(says)


@register.filter
def size(value: float | None) -> str:
    """Bytes in the unit that fits."""
    return DASH if value is None else bytes_text(value)


@register.filter
def axis(moment: datetime, is_short: bool) -> str:
    """A moment under a drawing: the clock, or the day, in the zone of whoever looks."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if is_short else f"{local.day} {local:%b}"


@register.filter
def evidence(value: float | str | None) -> str:
    """A number with as many digits as say something; a moment or a word as it is."""
    if value is None:
        return DASH
    if isinstance(value, str):
        return value[:16].replace("T", " ") + " UTC" if MOMENT.match(value) else value
    return fixed(value, 0 if value == round(value) or abs(value) >= 1000 else 2 if abs(value) >= 1 else 4)


@register.filter
def worded(fact: ToldEvidence) -> str:
    """What a recommendation rests on: the number with what it is."""
    if fact.what.endswith("bytes") and isinstance(fact.value, int | float):
        return f"{fact.what.removesuffix('bytes').strip('_ ') or 'size'} {bytes_text(fact.value)}"
    return f"{fact.what.replace('_', ' ')} {evidence(fact.value)}"


@register.filter
def micro(value: float | None) -> str:
    """Microseconds in the unit that fits."""
    return DASH if value is None else seconds_text(value / 1e6) if value >= 1000 else f"{fixed(value, 0)} µs"
