"""Text that a spreadsheet opens as text."""

# A cell that begins so is taken for a formula; behind an apostrophe it is text.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
