"""The picture of a signal, for a page or for the message that tells of it."""

from datetime import UTC, datetime

from heliograph.engine.strategy import Strategy
from heliograph.notices.message import Message
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Signal
from heliograph.signals.queries import signal_item
from heliograph.web.numbers import fixed, signed
from heliograph.web.reads.signal_chart import signal_chart
from heliograph.web.rows import REASONS, STATUS
from heliograph.web.times import moment_text

SIDES = {"long": "▲ Long", "short": "▼ Short"}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# What a message must name for its signal to be found.
KEYS = ("strategy", "version", "venue", "symbol", "bar_time", "side")


def signal_picture(signal_id: int, *, theme: str = "light", size: tuple[int, int] | None = None) -> bytes:
    """The PNG of a signal with its levels and what came of it so far; NoSuchSignal if there is none.

    `size` is width and height in pixels, 960 x 600 unless said.
    """
    # Matplotlib is only loaded where a picture is asked for.
    from heliograph.web.picture import Caption, Size, draw

    item = signal_item(signal_id)
    signal = Signal.objects.select_related("version__strategy", "instrument__venue").get(pk=signal_id)
    chart, _ = signal_chart(item, signal, Strategy.parse(signal.version.text))
    title = f"{item.symbol} {item.timeframe}  {SIDES[item.side]} · {item.strategy} v{item.version}"
    return draw(chart, Caption(title, _told(item)), theme=theme, size=Size(*size) if size else None)


def picture_of_message(message: Message) -> bytes | None:
    """The picture of the signal that a message tells of; None if it tells of something else."""
    if not all(key in message.payload for key in KEYS):
        return None
    named = message.payload
    found = Signal.objects.filter(
        version__strategy__name=named["strategy"],
        version__number=named["version"],
        instrument__venue__name=named["venue"],
        instrument__symbol=named["symbol"],
        bar_time=datetime.fromisoformat(str(named["bar_time"])),
        side=named["side"],
    ).values_list("pk", flat=True)
    return signal_picture(found[0]) if found else None


def _told(item: SignalItem) -> str:
    """The bar, how sure, and how it stands, in one line."""
    # The year is always named, as if it were another one: a message is read at any time.
    words = [f"Bar {moment_text(item.signal_time, now=LONG_AGO, timeframe=item.timeframe)} UTC"]
    if item.confidence is not None:
        words.append(f"confidence {fixed(item.confidence, 2)}")
    if item.state == "settled":
        result = f"{signed(item.r, 2)} R, " if item.r is not None else ""
        words.append(f"{result}left at {item.exit_reason}")
    elif item.state == "rejected":
        words.append(f"rejected: {item.detail or REASONS.get(item.reason, item.reason)}")
    else:
        words.append(STATUS.get(item.state, ("", item.state))[1])
    return " · ".join(words)
