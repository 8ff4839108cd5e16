"""20,000 strange requests to the API, made up by schemathesis from its description: none may break anything.

`python -m benchmarks.drills.api_fuzz [--cases N] [--seed N]`: no answer of 5xx, and each of a described
status, type, form and headers. Half of the requests are right by the description, half are not; what each
does is taken back.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.fuzz import Fuzzer, in_process, timed, told
from benchmarks.parts.database import database


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found; `wrong` are the first failures in words, `statuses` how often each was."""

    drill: str
    cases: int
    failures: int
    operations: int
    seconds: float
    statuses: dict[str, int]
    wrong: list[str]


def drill(folder: Path, say: Say, *, cases: int, seed: int) -> Report:
    """Ask so many cases of the API over a small house."""
    with database():
        from django.conf import settings

        settings.HELIOGRAPH_API_READS = settings.HELIOGRAPH_API_WRITES = 0
        settings.HELIOGRAPH_UPLOADS = str(folder / "uploads")
        settings.ALLOWED_HOSTS = ["*"]
        with taken_back():
            from heliograph.accounts.tokens import add_token
            from tests.web.house import known_ids, make_house
            from tests.web.people import JOINED, person_with

            say("making the house")
            house = make_house()
            token = add_token("fuzz", person=person_with("admin"), scope="admin", at=JOINED)
            headers = {"Authorization": f"Bearer {token.secret}"}
            fuzzer = Fuzzer(
                in_process,
                headers,
                known_ids(house),
                within=taken_back,
                say=lambda label, done: say(f"{done:,} cases, {label}"),
            )
            found, seconds = timed(lambda: fuzzer.run(cases=cases, seed=seed))
    statuses = {str(status): count for status, count in sorted(found.statuses.items())}
    return Report(
        "api-fuzz",
        found.cases,
        len(found.failures),
        found.operations,
        round(seconds, 1),
        statuses,
        told(found),
    )


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done within is not there afterwards."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()

    report = run_in_folder(lambda folder, say: drill(folder, say, cases=asked.cases, seed=asked.seed))
    sys.exit(bool(report.failures))


if __name__ == "__main__":
    main()
