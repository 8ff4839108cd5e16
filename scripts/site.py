"""What MkDocs does not do by itself: the order of pages, and links to what lies outside docs/."""

import os
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
# Title of the tab, folder, and the pages that come first in it; the others follow, new ones by themselves.
PARTS = (
    ("How to", "how-to", ("strategies", "import", "exchanges", "backtests", "notices", "monitoring")),
    ("Concepts", "concepts", ("rooms-and-processes", "signals")),
    ("Coming from", "coming-from", ()),
    ("Reference", "reference", ("cli", "settings", "api", "language", "indicators")),
    (
        "Operations",
        "operations",
        ("install", "upgrade", "backup", "disaster-recovery", "alerts", "what-was-tried"),
    ),
    ("Security", "security", ("threat-model", "asvs")),
    ("Decisions", "decisions", ("index",)),
)
# These stand in the root of the repository, where people look for them.
FROM_ROOT = {"index.md": "README.md", "changelog.md": "CHANGELOG.md"}
FIRST = ("index.md", "quickstart.md", "what-is-where.md")
LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)#\s]+)")


def on_config(config):
    """Names the pages in their order; a folder that is not there is left out."""
    pages = Path(config.docs_dir)
    others = sorted(path.name for path in pages.glob("*.md") if path.name not in FIRST)
    parts = [{title: found} for title, folder, first in PARTS if (found := _listed(pages, folder, first))]
    config.nav = [{"Start": [*FIRST, *others, "changelog.md"]}, *parts]
    return config


def on_files(files, config):
    """Adds the pages of the root, the list of decisions, and the files outside docs/ that pages link to."""
    for name, source in FROM_ROOT.items():
        # From the root to docs/, where the site has it.
        text = LINK.sub(lambda match: f"../{match[1]}".removeprefix("../docs/"), _text(ROOT / source))
        files.append(File.generated(config, name, content=text))
    files.append(File.generated(config, "decisions/index.md", content=_decisions(config)))
    for page in list(files.documentation_pages()):
        for path in filter(None, (_outside(page, link) for link in LINK.findall(page.content_string))):
            name = f"files/{path.relative_to(ROOT)}"
            if files.get_file_from_path(name) is None:
                files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown, page, **_others):
    """Leads links to what lies outside docs/ to the copies, and those to a folder to its list."""

    def led(match):
        if path := _outside(page.file, match[1]):
            return os.path.relpath(f"files/{path.relative_to(ROOT)}", Path(page.file.src_uri).parent)
        return f"{match[1]}index.md" if match[1].endswith("/") else match[1]

    return LINK.sub(led, markdown)


def _listed(pages, folder, first):
    found = {path.relative_to(pages).as_posix() for path in (pages / folder).glob("**/*.md")}
    if folder == "decisions":
        found.add("decisions/index.md")
    rank = {f"{folder}/{name}.md": place for place, name in enumerate(first)}
    return sorted(found, key=lambda name: (rank.get(name, len(rank)), name))


def _outside(file, link):
    """The file that a link names, if there is such a file in the repository and not below docs/."""
    path = (ROOT / "docs" / Path(file.src_uri).parent / link).resolve()
    inside = path.is_relative_to(ROOT / "docs") or not path.is_relative_to(ROOT)
    return path if path.is_file() and not inside else None


def _decisions(config):
    pages = sorted((Path(config.docs_dir) / "decisions").glob("0*.md"))
    lines = [f"- [{_text(page).partition(chr(10))[0].removeprefix('# ')}]({page.name})" for page in pages]
    return "\n".join(["# Decisions", "", "Why it is built like this, one page each.", "", *lines, ""])


def _text(path):
    return path.read_text(encoding="utf-8")
