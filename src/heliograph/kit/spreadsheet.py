"""Text that a spreadsheet opens as text."""

# A cell that begins so is taken for a formula: in programs for East Asia in their wide forms too, by some
# behind blanks as well. Behind an apostrophe it is text.
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n", "\0")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run."""
    runs = text.startswith(BREAKS) or text.lstrip().startswith(DANGEROUS)
    return f"'{text}" if runs else text
