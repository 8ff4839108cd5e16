"""A receiver that fails by errors, torn connections and silence, and verifies by an independent library."""

import random
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from benchmarks.drills.parts.receiver import OK, Reply, Request

# How it fails beside being silent, which is to say nothing for longer than anybody waits.
FAILURES = {
    "500": (0.5, Reply(500)),
    "503": (0.15, Reply(503, {"Retry-After": "1"})),
    "reset": (0.35, Reply(resets=True)),
}
SILENCE = Reply(after=20.0)
# Of what it takes some is taken late.
SLOW, SLOW_REPLY = 0.02, Reply(after=0.3)
WRONG = Reply(400)


@dataclass(slots=True)
class Unreliable:
    """Answers requests; `taken` counts by id what it took, `subjects` says what that told of.

    It fails the share `fail` of all requests, and of these the share `silent` by silence.
    """

    secret: str
    fail: float
    silent: float
    seed: int
    taken: Counter[str] = field(default_factory=Counter)
    subjects: dict[str, str] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    # Why each bad signature was refused.
    refused: list[str] = field(default_factory=list)
    _dice: random.Random = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def __call__(self, request: Request) -> Reply:
        """What a request is answered."""
        try:
            told = Webhook(self.secret).verify(request.body, dict(request.headers))
        except WebhookVerificationError as fault:
            with self._lock:
                self.refused.append(str(fault))
            return WRONG
        with self._lock:
            if self._dice.random() < self.fail:
                return self._failure()
            self.taken[request.id] += 1
            self.subjects[request.id] = told["data"]["subject"]
            return SLOW_REPLY if self._dice.random() < SLOW else OK

    def _failure(self) -> Reply:
        if self._dice.random() < self.silent:
            self.failures["timeout"] += 1
            return SILENCE
        name = self._dice.choices(list(FAILURES), [share for share, _ in FAILURES.values()])[0]
        self.failures[name] += 1
        return FAILURES[name][1]
