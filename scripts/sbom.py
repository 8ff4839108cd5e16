"""Writes what the product is made of as CycloneDX: Python's parts from the lock, the pages' by npm."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "src/heliograph/web/assets"
PART = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.IGNORECASE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def python_parts(lock: str) -> list[dict[str, object]]:
    """A component for each pinned package of a lock with hashes."""
    found: list[dict[str, object]] = []
    for line in lock.splitlines():
        if pinned := PART.match(line):
            name, version = pinned[1].lower(), pinned[2]
            purl = f"pkg:pypi/{name}@{version}"
            found.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl})
        for digest in HASH.findall(line):
            found[-1].setdefault("properties", []).append({"name": "sha256", "value": digest})  # type: ignore[attr-defined]
    # A package that is pinned apart for several systems stands once.
    return list({str(part["bom-ref"]): part for part in found}.values())


def python_sbom() -> dict[str, object]:
    """The document of the Python packages."""
    version = re.search(r'__version__ = "([^"]+)"', (ROOT / "src/heliograph/__init__.py").read_text())
    about = {"type": "application", "name": "heliograph", "version": version[1] if version else "0"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**about, "bom-ref": "heliograph"}},
        "components": python_parts((ROOT / "requirements/run.txt").read_text()),
    }


def main() -> None:
    """Write both documents into the folder that is named, `build/sbom` by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/sbom")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "python.cdx.json").write_text(json.dumps(python_sbom(), indent=1) + "\n")
    words = ["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
    done = subprocess.run(words, cwd=ASSETS, capture_output=True, text=True, check=True)
    (folder / "pages.cdx.json").write_text(done.stdout)
    sys.stdout.write(f"{folder}/python.cdx.json and {folder}/pages.cdx.json are written.\n")


if __name__ == "__main__":
    main()
