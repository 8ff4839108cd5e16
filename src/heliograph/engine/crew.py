"""Runs a large block: shared out among threads, in pieces that fit into a core's own cache."""

from concurrent.futures import ThreadPoolExecutor

from heliograph.engine.frame import Arena, Binder, Block
from heliograph.engine.plan import Plan
from heliograph.engine.side_by_side import SideBySide
from heliograph.engine.state import State

# Values of one array in a lane of instruments, and bars in a stretch of one instrument.
LANE = 131_072
STRETCH = 65_536


class Crew:
    """Up to `threads` threads with their scratch arrays; it forms at the first block that needs it."""

    def __init__(self, plan: Plan, state: State, *, threads: int) -> None:
        self.plan, self.state, self.threads = plan, state, threads
        self._binder = Binder(plan, state, reuse=True)
        self._shared = Binder(plan, state, reuse=False)
        self._order = SideBySide(plan.base.steps)
        self._arenas: list[Arena] = []
        self._pool: ThreadPoolExecutor | None = None

    def run(self, block: Block) -> None:
        """Fills the results of the block."""
        if block.shape[0] == 1:
            self._run_stretches(block)
        else:
            self._run_lanes(block)

    def rest(self) -> None:
        """Gives back the scratch arrays."""
        self._arenas.clear()

    def _run_stretches(self, block: Block) -> None:
        """One instrument: stretch after stretch, in each the steps that are free side by side."""
        width = block.shape[1]
        # The first known bar is looked for in the whole block.
        size = STRETCH if block.first is None else width
        for start in range(0, width, size):
            stretch = block.stretch(start, min(start + size, width))
            if self.threads > 1:
                self._run_side_by_side(stretch)
            else:
                self._run_lane(stretch)

    def _run_lanes(self, block: Block) -> None:
        rows, width = block.shape
        size = max(1, LANE // width)
        lanes = [block.lane(lo, min(lo + size, rows)) for lo in range(0, rows, size)]
        if self.threads == 1 or len(lanes) == 1:
            for lane in lanes:
                self._run_lane(lane)
        else:
            # list() raises here what a lane raised there.
            list(self._at_work().map(self._run_lane, lanes))

    def _run_lane(self, lane: Block) -> None:
        arena = self._arena()
        self._binder.bind(lane, arena).run()
        self._arenas.append(arena)

    def _run_side_by_side(self, stretch: Block) -> None:
        arena = self._arena()
        frame = self._shared.bind(stretch, arena)
        frame.run_below()
        self._order.run(frame, self._at_work(), self.threads)
        self._arenas.append(arena)

    def _arena(self) -> Arena:
        try:
            return self._arenas.pop()
        except IndexError:
            return Arena()

    def _at_work(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="engine")
        return self._pool
