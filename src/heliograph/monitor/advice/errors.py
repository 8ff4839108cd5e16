"""What can go wrong with recommendations."""

from heliograph.errors import Conflict, NotFound


class NoSuchRecommendation(NotFound):
    """There is no recommendation of that number, or it is hidden."""

    def __init__(self, number: int):
        super().__init__(
            f"There is no recommendation {number}; `heliograph advice list` shows which there are."
        )
        self.number = number


class AlreadyAnswered(Conflict):
    """Somebody answered it before, or it is over."""

    def __init__(self, number: int, state: str):
        super().__init__(f"Recommendation {number} is {state} already.")
        self.number, self.state = number, state
