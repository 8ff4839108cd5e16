"""What was found, and what ended."""

from tests.reports.recomputed.rows import beside, known, moment, rows_of, settled


def signals(rows, now, then):
    """Counts by the bar of the signal."""

    def counted(span):
        own = span.of(rows, "bar_time")
        ends_later = (rows.outcome == "settled") & (rows.exit_time >= span.until)
        is_open = rows.outcome.isin(["pending", "open"]) | ends_later
        return {
            "published": int((own.state == "published").sum()),
            "rejected": int((own.state == "rejected").sum()),
            "missed": int((own.outcome == "missed").sum()),
            "late": int(own.late.sum()),
            "historical": int(own.historical.sum()),
            "open_at_end": int((is_open & (rows.bar_time < span.until)).sum()),
        }

    own, old = now.of(rows, "bar_time"), then.of(rows, "bar_time")
    by_version = [
        (name, int((part.state == "published").sum()), int((part.state == "rejected").sum()))
        for name, part in own.groupby("version")
    ]
    why, why_then = (part[part.state == "rejected"].reason.value_counts() for part in (own, old))
    rejections = sorted(why.items(), key=lambda one: (-one[1], one[0]))
    return {
        "figures": beside(counted(now), counted(then)),
        "tables": {
            "by_version": rows_of(
                by_version, None if by_version else "No bar of the period gave a candidate."
            ),
            "rejections": rows_of(
                (
                    (reason.replace("_", " "), int(n), int(why_then.get(reason, 0)))
                    for reason, n in rejections
                ),
                None if rejections else "None was rejected.",
            ),
        },
    }


def details(rows, now):
    """The newest of those that ended."""
    rows = now.of(settled(rows), "exit_time").sort_values(["exit_time", "id"], ascending=False)
    names = ("entry_price", "exit_price", "r", "return_pct", "confidence")
    told = [
        (
            *(moment(one.exit_time), one.id, one.version, one.instrument, one.side, moment(one.bar_time)),
            one.exit_reason,
            *(known(one[name]) for name in names),
        )
        for _, one in rows.head(200).iterrows()
    ]
    left = len(rows) - len(told)
    note = f"The newest 200; {left:,} more settled." if left else None if told else "None settled."
    return {"figures": {}, "tables": {"settled": rows_of(told, note)}}
