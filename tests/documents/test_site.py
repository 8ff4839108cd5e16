"""The documentation is a site: every link and anchor leads somewhere, and nothing comes from another host."""

import os
import re
import subprocess
import sys

import pytest

from tests.documents.samples import ROOT

FETCHED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["']?(https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make docs` builds it; a link or anchor that leads nowhere ends it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_in_the_site_with_the_readme_as_its_front(site):
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert {str(page) for page in pages if not (site / page).exists()} == set()
    assert "It places no orders" in (site / "index.html").read_text()
    assert (site / "search" / "search_index.json").stat().st_size > 100_000


def test_nothing_of_it_is_fetched_from_another_host(site):
    found = {
        path.name: match[0]
        for path in site.rglob("*.html")
        if (match := FETCHED.search(path.read_text().replace('rel="canonical"', "")))
    }
    assert found == {}
    styles = "".join(path.read_text() for path in site.rglob("*.css"))
    assert re.findall(r"@import[^;]*//|url\([\"']?(?:https?:)?//", styles) == []
