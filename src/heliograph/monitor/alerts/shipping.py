"""Short forms in which the shipped rules are written down."""

from heliograph.monitor.alerts.terms import ABSENCE, ANOMALY, BURN, CRITICAL, INFO, PAGE, THRESHOLD, Terms

# Told again after so many minutes; what is critical is raised to `incident.escalated` besides.
REPEATS: dict[str, int | None] = {CRITICAL: 60, "warning": 720, INFO: None}
ESCALATES = 15
SERVED = ("database-down", "redis-down", "redis-memory", "no-workers", "concern-unserved", "timetable-late")


def above(measure: str, limit: float, *, clear: float | None = None, **more: object) -> dict[str, object]:
    """Bad from above `limit` on."""
    return _threshold(measure, "above", limit, clear, more)


def below(measure: str, limit: float, *, clear: float | None = None, **more: object) -> dict[str, object]:
    """Bad from below `limit` on."""
    return _threshold(measure, "below", limit, clear, more)


def any_of(measure: str, **more: object) -> dict[str, object]:
    """Bad as soon as there is one."""
    return above(measure, 0, **more)


def absent(measure: str, **more: object) -> dict[str, object]:
    """Bad while it is not known."""
    return {"kind": ABSENCE, "measure": measure, **more}


def unusual(
    measure: str, *, side: str, least: float, deviations: float = 6.0, days: int = 14, **more: object
) -> dict[str, object]:
    """Other than at this hour of the days before."""
    options = {"side": side, "least": least, "deviations": deviations, "days": days}
    return {"kind": ANOMALY, "measure": measure, "options": options, **more}


def burning(measure: str, limit: float, *, objective: float, **more: object) -> dict[str, object]:
    """Bad minutes, those above `limit`, use up what the objective leaves too fast.

    By the usual pairs of windows: five minutes and an hour at 14.4 times, half an hour and six hours at 6.
    """
    windows = [[300, 3600, 14.4], [1800, 21600, 6.0]]
    options = {"above": limit, "objective": objective, "windows": windows}
    return {"kind": BURN, "measure": measure, "options": options, **more}


def rule(name: str, what: dict[str, object], severity: str, cause: str, **words: object) -> tuple[str, Terms]:
    """A shipped rule, with what follows from its severity and its name."""
    given: dict[str, object] = {
        "repeat_minutes": REPEATS[severity],
        "escalate_minutes": ESCALATES if severity == CRITICAL else None,
        "anchor": f"{PAGE}#{name}",
        "severity": severity,
        "cause": cause,
    }
    return name, Terms(**given | what | words)  # type: ignore[arg-type]


def _threshold(
    measure: str, side: str, limit: float, clear: float | None, more: dict[str, object]
) -> dict[str, object]:
    options = {side: limit} | ({} if clear is None else {"clear": clear})
    return {"kind": THRESHOLD, "measure": measure, "options": options, **more}
