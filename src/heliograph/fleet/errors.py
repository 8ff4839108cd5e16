"""What can go wrong with nodes, places and jobs."""

from collections.abc import Sequence

from heliograph.errors import NotFound, UserError


class UnknownNode(NotFound):
    """No node of that name has registered."""

    def __init__(self, name: str, known: Sequence[str]):
        listed = ", ".join(known) if known else "none: `heliograph up` starts a worker"
        super().__init__(f"There is no node '{name}'; registered are {listed}.")
        self.name = name


class BadWeight(UserError):
    """A node cannot weigh that much."""

    def __init__(self, weight: float, *, most: float):
        super().__init__(
            f"A weight is more than 0 and at most {most:g}, not {weight:g}; to stop, drain the node."
        )
        self.weight = weight
