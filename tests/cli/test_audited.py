"""Each command that changes something tells the audit trail of it, in what it does as in what it is."""

import inspect
from dis import get_instructions
from importlib import import_module
from types import CodeType, FunctionType

import pytest
from typer.main import get_command

from heliograph.accounts.models import AuditEntry
from heliograph.cli.app import app
from heliograph.cli.changing import changing, doing
from tests.signals.world import BUSY

# These only look, calculate what anybody would, or run a process; the rest answers for what it changes.
READS = {
    *("up", "down", "logs", "worker", "health", "scaling", "capacity", "indicators", "eval"),
    *("forecast", "trends", "advice list", "advice show"),
    *(
        "coverage",
        "signals",
        "explain",
        "imports list",
        "venue list",
        "generate",
        "settle",
        "analytics",
        "report",
    ),
    "quality",
    *("reports list", "reports get", "reports schedules"),
    *("migrate", "strategy new", "strategy check", "strategy list", "strategy show", "strategy rollouts"),
    *("strategy compare", "strategy diff", "backtests list", "backtests show", "backtests compare"),
    *("jobs list", "jobs show", "jobs wait", "channel list", "subscription list", "notices list"),
    *("notices log", "inbound list", "inbound alerts", "nodes list", "nodes explain"),
    *("incident list", "incident show", "incident trends", "alert list", "alert show", "silence list"),
    *("heartbeat show", "work list", "person list", "token list", "audit list", "audit verify"),
    *("web", "beat", "outside", "check", "backup", "verify", "notices quarantine show"),
    *("archive base", "archive wal", "archive fetch", "archive list", "archive verify", "archive restore"),
    *("archive drill", "archive copy"),
}


def commands(command, path=()):
    """The words of each command, and the function that it is."""
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from commands(inner, (*path, name))
        else:
            yield " ".join((*path, name)), inspect.unwrap(inner.callback)


COMMANDS = dict(commands(get_command(app)))


def names(code: CodeType):
    """All that a function calls by a name of its own module or imports, with the functions inside it."""
    for step in get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "IMPORT_NAME", "IMPORT_FROM"):
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names(constant)


def tells(function: FunctionType, seen: set[FunctionType]) -> bool:
    """True if it, or what it calls of the command line, comes to the trail."""
    if function in (inspect.unwrap(changing), inspect.unwrap(doing)):
        return True
    if function in seen:
        return False
    seen.add(function)
    found = list(names(function.__code__))
    # What is imported inside the function is named there like its module.
    modules = [import_module(name) for name in found if name.startswith("heliograph.cli.")]
    spaces = [function.__globals__, *(vars(module) for module in modules)]
    called = {inspect.unwrap(space[name]) for name in found for space in spaces if callable(space.get(name))}
    ours = [
        one for one in called if isinstance(one, FunctionType) and one.__module__.startswith("heliograph.cli")
    ]
    return any(tells(one, seen) for one in ours)


@pytest.mark.parametrize("words", COMMANDS)
def test_each_command_that_writes_is_audited(words):
    is_told = tells(COMMANDS[words], set())

    assert is_told is (words not in READS), (
        "wrap what it changes in `changing` or `doing`, or add it to READS"
    )


def test_no_command_that_is_gone_is_among_those_that_only_look():
    assert sorted(READS - COMMANDS.keys()) == []


@pytest.mark.django_db
def test_what_commands_change_is_in_the_trail_by_its_name(heliograph, tmp_path):
    strategy = tmp_path / "busy.toml"
    strategy.write_text(BUSY)
    steps = {
        ("strategy", "add", str(strategy), "--stage", "draft"): ("strategy.add", "Busy v1"),
        ("strategy", "promote", "Busy", "--to", "shadow"): ("strategy.shadow", "Busy v1"),
        ("strategy", "promote", "Busy"): ("strategy.promote", "Busy v1"),
        ("strategy", "retire", "Busy"): ("strategy.retire", "Busy v1"),
        ("channel", "add", "desk", "--kind", "log"): ("channel.add", "desk"),
        ("channel", "disable", "desk"): ("channel.disable", "desk"),
        ("channel", "remove", "desk"): ("channel.remove", "desk"),
        ("inbound", "add", "tv"): ("source.add", "tv"),
        ("inbound", "remove", "tv"): ("source.remove", "tv"),
    }
    for words in steps:
        answer = heliograph(*words)
        assert answer.code == 0, (words, answer.err)

    told = AuditEntry.objects.order_by("pk").values_list("action", "subject")
    assert list(told) == list(steps.values())


@pytest.mark.django_db
def test_what_was_refused_is_not_in_the_trail(heliograph):
    assert heliograph("channel", "remove", "nowhere").code != 0
    assert heliograph("inbound", "add", "tv", "--timeframe", "7x").code != 0

    assert not AuditEntry.objects.exists()
