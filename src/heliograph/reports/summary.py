"""The period in plain sentences, each made of figures of the report and of nothing else."""

from collections.abc import Iterator, Mapping

from heliograph.kit.numbers import fixed, signed
from heliograph.reports.document import Figure, Section, Table


def summary(sections: Mapping[str, Section]) -> tuple[str, ...]:
    """What happened, what it was worth, whether that is more than chance, and what is wrong or not known."""
    signals, performance = sections["signals"].figures, sections["performance"].figures
    return (
        _published(signals),
        *_worth(performance),
        *_groups(sections["performance"].tables["by_version"]),
        *_quality(sections["data_quality"]),
        *_health(sections["health"]),
        *_unknown(sections),
    )


def _published(figures: Mapping[str, Figure]) -> str:
    published, rejected = figures["published"], figures["rejected"]
    return (
        f"{_counted(published.value, 'signal')} {_was(published.value)} published and "
        f"{_counted(rejected.value, 'candidate')} rejected; in the period before "
        f"{_plain(published.previous)} and {_plain(rejected.previous)}."
    )


def _worth(figures: Mapping[str, Figure]) -> Iterator[str]:
    settled, hits, mean = figures["settled"], figures["hit_rate"], figures["mean_r"]
    if not settled.value:
        yield f"No signal settled; in the period before {_plain(settled.previous)} did."
        return
    rate = "the hit rate is not known"
    if hits.value is not None:
        rate = (
            f"{fixed(100 * hits.value, 1)} % of {_plain(hits.n)} were hits "
            f"({_range(hits, times=100, digits=1, sign=False)} %)"
        )
    yield f"{_counted(settled.value, 'signal')} settled (before: {_plain(settled.previous)}); {rate}."
    if mean.value is None:
        yield f"The mean R is not known: {mean.reason}."
        return
    yield (
        f"The mean result is {signed(mean.value, 2)} R{_interval(mean)}, the sum "
        f"{signed(figures['total_r'].value, 2)} R, {signed(figures['total_pct'].value, 2)} % of one stake."
    )
    yield from _chance(mean)


def _chance(mean: Figure) -> Iterator[str]:
    if mean.low is None or mean.high is None:
        yield f"{_counted(mean.n, 'signal')} {'is' if mean.n == 1 else 'are'} too few for an interval."
    elif mean.low > 0:
        yield "The 95 % interval of the mean R lies above zero."
    elif mean.high < 0:
        yield "The 95 % interval of the mean R lies below zero."
    else:
        yield "The 95 % interval of the mean R holds zero: chance alone may explain it."


def _groups(table: Table) -> Iterator[str]:
    names = [column.name for column in table.columns]
    mean, version = names.index("mean_r"), names.index("version")
    known = [row for row in table.rows if isinstance(row[mean], float)]
    if len(known) < 2:
        return
    best, worst = max(known, key=lambda row: row[mean]), min(known, key=lambda row: row[mean])
    yield (
        f"By mean R {best[version]} did best ({signed(best[mean], 2)}, n {best[1]:,}) and "
        f"{worst[version]} worst ({signed(worst[mean], 2)}, n {worst[1]:,})."
    )


def _quality(section: Section) -> Iterator[str]:
    score = section.figures.get("score")
    complete = section.figures.get("completeness")
    if score is not None and score.value is not None:
        known = (
            ""
            if complete is None or complete.value is None
            else (f"; {fixed(100 * complete.value, 2)} % of the expected bars are stored")
        )
        yield f"The quality of data was {fixed(score.value, 1)} of 100{known}."


def _health(section: Section) -> Iterator[str]:
    mean, least = section.figures.get("mean"), section.figures.get("least")
    if mean is not None and least is not None and mean.value is not None:
        ends = fixed(mean.value, 1), fixed(least.value, 1)
        yield f"Health was {ends[0]} of 100 on average, and {ends[1]} at its lowest."


def _unknown(sections: Mapping[str, Section]) -> Iterator[str]:
    for section in sections.values():
        if section.reason is not None:
            yield f"{section.title}: not known, as {section.reason}."


def _counted(value: float | None, noun: str) -> str:
    return f"{_plain(value)} {noun}{'' if value == 1 else 's'}"


def _was(value: float | None) -> str:
    return "was" if value == 1 else "were"


def _plain(value: float | None) -> str:
    return fixed(value, 0)


def _interval(figure: Figure) -> str:
    return "" if figure.low is None else f" ({_range(figure)}, n {_plain(figure.n)})"


def _range(figure: Figure, *, times: float = 1, digits: int = 2, sign: bool = True) -> str:
    form = signed if sign else fixed
    ends = [None if end is None else end * times for end in (figure.low, figure.high)]
    return " to ".join(form(end, digits) for end in ends)
