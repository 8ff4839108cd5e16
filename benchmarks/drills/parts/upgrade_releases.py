"""Releases for the drill: folders as an installation has them, each with the sources and one change more."""

import shutil
import site
import sys
from pathlib import Path

SOURCES = Path(__file__).parents[3] / "src" / "heliograph"
# Front-end sources; what is built from them lies in static/.
LEFT_OUT = ("assets",)
SCRIPT = """#!{python}
import sys
from heliograph.cli import main
sys.exit(main())
"""
# One more column each, which the release before knows nothing of.
EXPANDING = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "{before}")]
    operations = [migrations.AddField("node", "drill_{number}", models.IntegerField(null=True))]
"""
# After everything is imported, so that it becomes ready and then never says so.
SICK = """
from heliograph.web.views import health


def parts():
    return {"database": False, "migrations": True, "redis": True}


health.parts = parts
"""


def make_release(folder: Path, name: str, *, migrations: int = 0, is_sick: bool = False) -> Path:
    """Put a release with so many migrations more into `folder`/releases; one that is sick is never ready."""
    place = folder / "releases" / name
    package = place / "src" / "heliograph"
    shutil.copytree(SOURCES, package, ignore=shutil.ignore_patterns(*LEFT_OUT))
    _make_environment(place)
    before = max(one.stem for one in (package / "fleet" / "migrations").glob("0*.py"))
    for number in range(migrations):
        text = EXPANDING.format(before=before, number=number)
        before = f"{int(before[:4]) + 1:04}_drill_{number}"
        (package / "fleet" / "migrations" / f"{before}.py").write_text(text)
        models = (package / "fleet" / "models.py").read_text()
        column = f"    drill_{number} = models.IntegerField(null=True)\n    pid = "
        (package / "fleet" / "models.py").write_text(models.replace("    pid = ", column, 1))
    if is_sick:
        with open(package / "config" / "urls.py", "a") as urls:
            urls.write(SICK)
    (place / ".complete").touch()
    return place


def _make_environment(place: Path) -> None:
    """A virtual environment that sees these sources first, and the packages of ours."""
    environment = place / ".venv"
    packages = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.mkdir(parents=True)
    programs = environment / "bin"
    programs.mkdir()
    python = programs / "python"
    python.symlink_to(Path(sys.executable).resolve())
    base = Path(sys.base_prefix) / "bin"
    (environment / "pyvenv.cfg").write_text(f"home = {base}\ninclude-system-site-packages = false\n")
    (packages / "release.pth").write_text(f"{place / 'src'}\n" + "\n".join(site.getsitepackages()) + "\n")
    script = programs / "heliograph"
    script.write_text(SCRIPT.format(python=python))
    script.chmod(0o755)
