"""The summary in sentences."""


def fixed(value, digits, *, sign=False):
    """As people read it, with a long minus."""
    return "–" if value is None else f"{value:{'+' if sign else ''},.{digits}f}".replace("-", "−")


def sentences(found):
    """The summary, from the numbers recomputed here."""
    counts, figures = found["signals"]["figures"], found["performance"]["figures"]
    published, rejected, ended = counts["published"], counts["rejected"], figures["settled"]
    n, m = published["value"], rejected["value"]
    told = [
        f"{n:,} signal{'s were' if n != 1 else ' was'} published and {m:,} candidate{'s' if m != 1 else ''} "
        f"rejected; in the period before {published['previous']:,} and {rejected['previous']:,}."
    ]
    told += (
        results(figures)
        if ended["value"]
        else [f"No signal settled; in the period before {ended['previous']:,} did."]
    )
    groups = [row for row in found["performance"]["tables"]["by_version"]["rows"] if row[3] is not None]
    if len(groups) > 1:
        best, worst = max(groups, key=lambda row: row[3]), min(groups, key=lambda row: row[3])
        told.append(
            f"By mean R {best[0]} did best ({fixed(best[3], 2, sign=True)}, n {best[1]:,}) and "
            f"{worst[0]} worst ({fixed(worst[3], 2, sign=True)}, n {worst[1]:,})."
        )
    if found["data_quality"]:
        quality = found["data_quality"]["figures"]
        stored = fixed(100 * quality["completeness"]["value"], 2)
        told.append(
            f"The quality of data was {fixed(quality['score']['value'], 1)} of 100; "
            f"{stored} % of the expected bars are stored."
        )
    if found["health"]:
        mean, least = (found["health"]["figures"][name]["value"] for name in ("mean", "least"))
        told.append(f"Health was {fixed(mean, 1)} of 100 on average, and {fixed(least, 1)} at its lowest.")
    return told


def results(figures):
    """What was worth how much, and whether chance explains it."""
    ended, hits, mean = (figures[name] for name in ("settled", "hit_rate", "mean_r"))
    low, high = (fixed(100 * hits[name], 1) for name in ("low", "high"))
    yield (
        f"{ended['value']:,} signal{'s' if ended['value'] != 1 else ''} settled "
        f"(before: {ended['previous']:,}); "
        f"{fixed(100 * hits['value'], 1)} % of {hits['n']:,} were hits ({low} to {high} %)."
    )
    ends = (
        ""
        if mean["low"] is None
        else (
            f" ({fixed(mean['low'], 2, sign=True)} to {fixed(mean['high'], 2, sign=True)}, n {mean['n']:,})"
        )
    )
    yield (
        f"The mean result is {fixed(mean['value'], 2, sign=True)} R{ends}, the sum "
        f"{fixed(figures['total_r']['value'], 2, sign=True)} R, "
        f"{fixed(figures['total_pct']['value'], 2, sign=True)} % of one stake."
    )
    if mean["low"] is None:
        yield f"{mean['n']:,} signal{' is' if mean['n'] == 1 else 's are'} too few for an interval."
    elif mean["low"] > 0 or mean["high"] < 0:
        yield f"The 95 % interval of the mean R lies {'above' if mean['low'] > 0 else 'below'} zero."
    else:
        yield "The 95 % interval of the mean R holds zero: chance alone may explain it."
