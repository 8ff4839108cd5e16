"""Lists of hostile texts: a file for each kind, a form on each line, `#` before the name of a group."""

import json
from pathlib import Path


def read(name):
    """The forms of a list. What begins with a quotation mark is written as JSON: breaks, other alphabets."""
    lines = Path(__file__).with_name(f"{name}.txt").read_text().splitlines()
    forms = [line for line in lines if line and not line.startswith("# ")]
    assert len(set(forms)) == len(forms)
    return [json.loads(form) if form.startswith('"') else form for form in forms]
