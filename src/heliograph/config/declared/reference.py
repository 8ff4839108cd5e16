"""The tables of docs/reference/settings.md."""

from collections.abc import Iterator

from heliograph.config.declared import SECTIONS, Kind, Section, Setting


def settings_reference() -> str:
    """Markdown, a table for each section."""
    return "\n".join(line for section in SECTIONS for line in _section(section)) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    yield "| setting | kind | what it is | without it |"
    yield "|---|---|---|---|"
    yield from (_row(one) for one in section.settings)
    yield ""


def _row(one: Setting) -> str:
    return f"| `{one.name}` | {_kind(one)} | {one.says} | {_without(one)} |"


def _kind(one: Setting) -> str:
    words = {Kind.FLAG: "1 or 0", Kind.NAMES: "names"}.get(one.kind, str(one.kind))
    return ", ".join(filter(None, (words, one.unit, "secret" if one.is_secret else "")))


def _without(one: Setting) -> str:
    if one.without or not one.default:
        return one.without or "none"
    if one.kind == Kind.NUMBER:
        return f"{int(one.default):,}"
    return one.default if one.kind == Kind.FLAG else f"`{one.default}`"
