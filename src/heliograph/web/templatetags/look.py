"""The small parts that every page is made of."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from heliograph.kit.clock import utc_now
from heliograph.web import numbers, times
from heliograph.web.sparkline import Sparkline, sparkline

register = template.Library()

# Ten pixels each; the word beside a glyph is its text, so the glyph itself is hidden from readers.
SHAPES = {
    "good": ("tone-good", '<circle cx="5" cy="5" r="4" fill="currentColor"/>'),
    "warning": ("tone-mark", '<path d="M5 0L10 5L5 10L0 5Z" fill="currentColor"/>'),
    "bad": ("tone-bad", '<path d="M1 1H9V9H1Z" fill="currentColor"/>'),
    "unknown": (
        "tone-ink2",
        '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.4" '
        'stroke-dasharray="1.9 1.25"/>',
    ),
    "off": ("tone-ink2", '<path d="M1 5H9" stroke="currentColor" stroke-width="1.6"/>'),
    "running": (
        "tone-accent",
        '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        '<circle cx="5" cy="5" r="1.6" fill="currentColor"/>',
    ),
    "done": (
        "tone-ink2",
        '<path d="M1 5.5L4 8.5L9 2" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    ),
    "rejected": ("tone-ink2", '<path d="M2 2L8 8M8 2L2 8" stroke="currentColor" stroke-width="1.5"/>'),
    "true": (
        "tone-good",
        '<path d="M1 5.5L4 8.5L9 2" fill="none" stroke="currentColor" stroke-width="1.9"/>',
    ),
    "false": ("tone-bad", '<path d="M2 2L8 8M8 2L2 8" stroke="currentColor" stroke-width="1.9"/>'),
    "long": ("", '<path d="M5 1L10 9H0Z" fill="currentColor"/>'),
    "short": ("", '<path d="M5 9L0 1H10Z" fill="currentColor"/>'),
    "play": ("", '<path d="M2 1L9 5L2 9Z" fill="currentColor"/>'),
}


@register.simple_tag
def glyph(name: str, size: int = 10) -> SafeString:
    """An inline shape; the word that it stands beside is not part of it."""
    tone, shape = SHAPES[name]
    return format_html(
        '<svg class="glyph {}" width="{}" height="{}" viewBox="0 0 10 10" aria-hidden="true">{}</svg>',
        tone,
        size,
        size,
        mark_safe(shape),
    )


@register.simple_tag
def status(name: str, word: str) -> SafeString:
    """Glyph and word."""
    return format_html('<span class="status">{} {}</span>', glyph(name), word)


@register.simple_tag
def side(name: str) -> SafeString:
    """The triangle and the word, in ink."""
    return format_html('<span class="side">{} {}</span>', glyph(name), name.capitalize())


@register.simple_tag
def version(number: int, stage: str, spelled: bool = False) -> SafeString:
    """`v3` for a live version, in a dashed outline for a shadow; the stage spelled where there is room."""
    words = f"v{number} {stage}" if spelled and stage != "live" else f"v{number}"
    outline = " dashed" if stage == "shadow" else ""
    hidden = "" if spelled else format_html('<span class="sr"> {}</span>', stage)
    return format_html('<span class="version{}">{}{}</span>', outline, words, hidden)


@register.simple_tag
def symbol(name: str, replay: bool) -> SafeString:
    """The name of an instrument; dashed where it is replayed."""
    if not replay:
        return format_html("{}", name)
    return format_html('<span class="dashed" title="replay">{}<span class="sr"> (replay)</span></span>', name)


@register.simple_tag
def when(moment: datetime | None, timeframe: str = "") -> SafeString:
    """A moment in the zone of whoever looks, with its full stamp in UTC for machines and on hover."""
    if moment is None:
        return mark_safe(numbers.DASH)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        moment.isoformat().replace("+00:00", "Z"),
        f"{moment:%Y-%m-%d %H:%M:%S}",
        times.moment_text(moment, now=utc_now(), timeframe=timeframe),
    )


@register.filter
def of_bars(zone: str, timeframe: str) -> str:
    """The zone in which bars of a timeframe are named: those of whole days by their days in UTC."""
    return "UTC" if timeframe in times.DAILY else zone


@register.filter
def in_utc(moment: date | datetime | None, form: str) -> str:
    """A moment or a day as addresses and fields of forms name it, whatever the zone of whoever looks."""
    if not moment:
        return ""
    return (moment.astimezone(UTC) if isinstance(moment, datetime) else moment).strftime(form)


@register.simple_tag
def clock(moment: datetime, timeframe: str) -> SafeString:
    """A moment as a figure: the clock large, the day beside it; for long bars the day large."""
    text = times.moment_text(moment, now=utc_now(), timeframe=timeframe)
    day, _, hour = text.rpartition(" ") if timeframe not in times.DAILY else ("", "", text)
    return format_html(
        '<time datetime="{}">{}</time> <span class="unit">{}{}</span>',
        moment.isoformat().replace("+00:00", "Z"),
        hour,
        f"{day} " if day else "",
        times.zone_word(),
    )


@register.simple_tag
def price(value: float | None, decimals: int) -> SafeString:
    """A price with the decimals of its instrument; leading zeros are faint."""
    text = numbers.price_text(value, decimals)
    if not text.zeros:
        return format_html("{}", text.digits)
    return format_html('<span class="zeros">{}</span>{}', text.zeros, text.digits)


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago that was."""
    return times.age_text(None if moment is None else utc_now() - moment)


@register.filter
def age(length: timedelta | None) -> str:
    """A length of time."""
    return times.age_text(length)


@register.filter
def fixed(value: float | None, decimals: int) -> str:
    """A number with that many decimals."""
    return numbers.fixed(value, decimals)


@register.filter
def score(value: float | None) -> str:
    """Whole points out of 100; only what lacks nothing has all of them."""
    return numbers.fixed(value if value is None else math.floor(value), 0)


@register.filter
def signed(value: float | None, decimals: int) -> str:
    """The same with its sign."""
    return numbers.signed(value, decimals)


@register.filter
def count(value: int | None) -> str:
    """A whole number with its thousands apart."""
    return numbers.count(value)


@register.filter
def spark(values: Sequence[float | None]) -> Sparkline | None:
    """The line to draw."""
    return sparkline(values)


@register.filter
def coded(sentence: str) -> SafeString:
    """A sentence whose words in backticks are code."""
    pieces = str(sentence).split("`")
    marked = (("<code>{}</code>" if place % 2 else "{}", piece) for place, piece in enumerate(pieces))
    return mark_safe("".join(format_html(form, piece) for form, piece in marked))


@register.filter
def plain(value: float) -> str:
    """A setting as it was written: no decimals that say nothing."""
    return f"{value:g}"


@register.filter
def percent(share: float | None) -> float | None:
    """A share of 0 to 1 in percent."""
    return None if share is None else share * 100
