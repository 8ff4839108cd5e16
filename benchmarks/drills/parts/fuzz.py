"""Asks every operation of the API what schemathesis makes up, and checks each answer by the description."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

App: TypeAlias = Callable[..., Any]
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
MOST_TOLD = 40


@dataclass
class Found:
    """How many cases were asked, of how many operations, and what was wrong, by operation and check."""

    cases: int = 0
    operations: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        """The checks that failed."""
        return {check for _, check in self.failures}


@dataclass(frozen=True)
class Fuzzer:
    """The API behind `app`. `known` are ids of things that there are, by the names of parameters: half of the
    cases are about them. `within` surrounds each case, to take back what it does."""

    app: App
    headers: Mapping[str, str]
    known: Mapping[str, Sequence[object]] = field(default_factory=dict)
    within: Callable[[], AbstractContextManager[object]] = nullcontext
    say: Callable[[str, int], None] = lambda label, cases: None

    def run(self, *, cases: int, seed: int, only: Callable[[str], bool] = lambda label: True) -> Found:
        """Ask so many cases at least, spread over all operations evenly."""
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", self.app, headers=dict(self.headers))
        found = Found()
        chosen = [one.ok() for one in schema.get_all_operations()]
        chosen = [one for one in chosen if only(one.label)]
        found.operations = len(chosen)
        each = -(-cases // max(len(chosen), 1))
        for number, operation in enumerate(chosen):
            for mode, count in zip(MODES, (each - each // 2, each // 2), strict=True):
                self._ask(operation, mode, count, seed + number, found)
            self.say(operation.label, found.cases)
        return found

    def _ask(self, operation: Any, mode: Any, count: int, seed: int, found: Found) -> None:
        if not count:
            return
        chance = random.Random(seed)

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            self._meant(case, chance)
            self._check(case, found)

        try:
            ask()
        except hypothesis.errors.Unsatisfiable:
            # An operation without parameters or body cannot be asked wrongly.
            return

    def _meant(self, case: Any, chance: random.Random) -> None:
        """Half of the cases are about something that there is, and all are for this machine: strange headers
        may be called Host, and with some of their values no client gets as far as sending."""
        for name in [name for name in case.headers or {} if name.lower() == "host"]:
            del case.headers[name]
        for name in case.path_parameters or {}:
            if name in self.known and chance.random() < 0.5:
                case.path_parameters[name] = chance.choice(self.known[name])

    def _check(self, case: Any, found: Found) -> None:
        found.cases += 1
        with self.within():
            answer = case.call(headers=dict(self.headers))
        found.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=list(CHECKS), headers=dict(self.headers))
        except (FailureGroup, Failure) as fault:
            for one in _each(fault):
                key = (case.operation.label, type(one).__name__)
                words = f"{one}\n{case.as_curl_command()}"
                if key not in found.failures:
                    self.say(f"{' '.join(key)}: {words}", found.cases)
                found.failures.setdefault(key, words)


def in_process(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The application on the connection of whoever asks, within their transaction."""
    from django.test.client import ClientHandler

    answer = ClientHandler(enforce_csrf_checks=False)(environ)
    body = b"".join(answer) if answer.streaming else answer.content
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [body]


def _each(fault: BaseException) -> Iterator[BaseException]:
    yield from getattr(fault, "exceptions", [fault])


def told(found: Found) -> list[str]:
    """The first failures in words."""
    lines = [f"{label} {check}: {words[:600]}" for (label, check), words in found.failures.items()]
    return lines[:MOST_TOLD]


def timed(run: Callable[[], Found]) -> tuple[Found, float]:
    """What a run found, and its seconds."""
    began = time.monotonic()
    found = run()
    return found, time.monotonic() - began
