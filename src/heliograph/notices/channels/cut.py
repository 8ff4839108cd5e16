"""Texts cut to what a service takes, in a way that says so."""

CUT = "… cut here; the page of notices has all of it."


def cut(text: str, most: int) -> str:
    """The text, or as many of its whole lines as fit with a sentence that says that more was there."""
    if len(text) <= most:
        return text
    room = most - len(CUT) - 1
    if room < 1:
        return text[: most - 1] + "…"
    start = text[:room]
    whole = start.rfind("\n")
    return f"{start[:whole] if whole > 0 else start}\n{CUT}"
