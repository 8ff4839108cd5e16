"""One visit at a venue for many series: asked page by page, stored in few transactions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from heliograph.market.models import Batch, Feed, Watch
from heliograph.market.rows import Rows
from heliograph.market.sources.exchange.deliver import deliver
from heliograph.market.sources.exchange.errors import VenueFault
from heliograph.market.sources.exchange.fetch import Answer, Ask, Desk, merged, pages
from heliograph.market.sources.exchange.skew import Now


@dataclass
class Turn:
    """A series, the feed that is asked for it, and what came of it so far."""

    watch: Watch
    feed: Feed
    pages: list[Ask] = field(default_factory=list)
    # The open of the newest bar that came, and of the last one of the pages that were answered.
    newest: int | None = None
    answered: int | None = None
    # Before this open the venue has nothing; pages that end before it need not be asked for.
    begins: int = 0
    bars: int = 0
    # Whether candles came that cannot be.
    refused: bool = False
    fault: VenueFault | None = None

    def plan(self, desk: Desk, runs: Iterable[tuple[int, int]]) -> None:
        """What to ask: the bars from first to last of each run, in the pages of the venue."""
        for first, last in runs:
            ask = Ask(
                self.watch.pk, self.watch.instrument_id, self.feed.symbol, self.watch.timeframe, first, last
            )
            self.pages += pages(ask, limit=desk.limit)

    def hear(self, answer: Answer) -> None:
        """What came of one page."""
        self.fault = answer.fault
        self.begins = answer.begins or self.begins
        self.bars += len(answer.checked.rows)
        self.refused |= answer.checked.refused > answer.checked.findings["forming"]
        if len(answer.checked.rows):
            self.newest = int(answer.checked.rows["time"][-1])
        if answer.fault:
            self.answered = None


def visit(desk: Desk, turns: Sequence[Turn], *, batch: Batch, now: Now, round: int) -> int:
    """Ask the page of this number of each turn and store the answers; returns the bars that changed.

    A fault ends its turn only: it stands in it, and what came before it is stored.
    """
    going = [turn for turn in turns if turn.fault is None and round < len(turn.pages)]
    asked = [turn for turn in going if turn.pages[round].last >= turn.begins]
    answers = list(desk.ask_all([turn.pages[round] for turn in asked]))
    changed = deliver(
        rows_by_timeframe(answers),
        batch=batch,
        at=now(),
        findings=merged(answer.checked.findings for answer in answers),
    )
    for turn in going:
        turn.answered = turn.pages[round].last
    for turn, answer in zip(asked, answers, strict=True):
        turn.hear(answer)
    return changed


def rows_by_timeframe(answers: Iterable[Answer]) -> dict[str, Rows]:
    """The candles of the answers, together for each timeframe."""
    found: dict[str, list[Rows]] = defaultdict(list)
    for answer in answers:
        if len(answer.checked.rows):
            found[answer.ask.timeframe].append(answer.checked.rows)
    return {timeframe: np.concatenate(parts) for timeframe, parts in found.items()}
