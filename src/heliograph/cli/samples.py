"""The sample strategies that come along, and files begun from them."""

import json
import re
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from heliograph.errors import UserError

FOLDER = files("heliograph") / "samples" / "strategies"
NAME_LINE = re.compile(r"^name\s*=.*$", re.MULTILINE)
MOST_LETTERS = 120


class BadStart(UserError):
    """The strategy file cannot be begun like this."""


def sample_names() -> list[str]:
    """The names of the samples."""
    if not FOLDER.is_dir():
        return []
    return sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir() if file.name.endswith(".toml"))


def start_strategy(name: str, *, sample: str, path: Path | None = None) -> Path:
    """Write a strategy file of that name from a sample; never over a file that exists."""
    text = NAME_LINE.sub(
        lambda _: f"name = {json.dumps(_checked(name), ensure_ascii=False)}", _text(sample), count=1
    )
    path = path or Path(f"{_slug(name)}.toml")
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadStart(f"{path} exists already; name another file with --output.") from None
    return path


def _checked(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > MOST_LETTERS:
        raise BadStart(f"A strategy's name has 1 to {MOST_LETTERS} printable letters.")
    return name.strip()


def _text(sample: str) -> str:
    names = sample_names()
    if sample in names:
        return (FOLDER / f"{sample}.toml").read_text(encoding="utf-8")
    near = get_close_matches(sample, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}."
    raise BadStart(f"There is no sample {sample}; {hint}")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "strategy"
