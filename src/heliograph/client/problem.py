"""What can go wrong with a request."""


class Problem(Exception):
    """The API refused: its status, title and sentence, as RFC 9457 has them; `retry_after` in seconds."""

    def __init__(self, status: int, title: str, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status, self.title, self.detail, self.retry_after = status, title, detail, retry_after


class NoAnswer(Exception):
    """Nobody answered at the address, or the line was cut."""

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(f"{address} did not answer: {cause}.")
        self.address = address
