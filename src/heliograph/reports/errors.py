"""What can go wrong with reports."""

from heliograph.errors import Conflict, NotFound


class NoSuchReport(NotFound):
    """No report has that number."""

    def __init__(self, number: int):
        super().__init__(f"There is no report {number}; `heliograph reports list` shows those that are kept.")


class NotMade(Conflict):
    """The report is not made yet."""

    def __init__(self, number: int, state: str):
        super().__init__(
            f"Report {number} is not made yet: its job is {state}; `heliograph jobs list` tells how far."
        )


class NoSuchSchedule(NotFound):
    """No schedule has that number."""

    def __init__(self, number: int):
        super().__init__(
            f"There is no schedule {number} of reports; `heliograph reports schedules` shows those there are."
        )
