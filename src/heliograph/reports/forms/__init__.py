"""The forms of a report: each makes bytes of its plain values, and is loaded when it is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from heliograph.errors import UserError


@dataclass(frozen=True, slots=True)
class Form:
    """A form by its name, which is also the ending of its files."""

    name: str
    kind: str

    def make(self, report: Mapping[str, Any]) -> bytes:
        """The bytes of a report in this form."""
        module = import_module(f"heliograph.reports.forms.{self.name}_form")
        made: bytes = getattr(module, f"as_{self.name}")(report)
        return made


FORMS = {
    "html": Form("html", "text/html; charset=utf-8"),
    "pdf": Form("pdf", "application/pdf"),
    "json": Form("json", "application/json"),
    "csv": Form("csv", "text/csv; charset=utf-8"),
    "xlsx": Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def form_named(name: str) -> Form:
    """The form of that name."""
    if name not in FORMS:
        raise UserError(f"There is no form '{name}' of reports; there are {', '.join(FORMS)}.")
    return FORMS[name]


def file_name(report: Mapping[str, Any], form: str) -> str:
    """`heliograph-daily-2024-08-20.pdf`."""
    period = report["period"]
    since = period["since"].replace(":", "").removesuffix("Z")
    day = since[:10] if period["kind"] not in ("hourly", "custom") else since[:15]
    return f"heliograph-{period['kind']}-{day}.{form}"
