"""Workers that something else runs, such as Kubernetes: it is told the number by an HTTP request."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import stamina

from heliograph.kit.env import Environment
from heliograph.notices.channels.exchange import Answer, exchange
from heliograph.notices.channels.webhook.target import Target
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.workers.pools.pool import BadPool, PoolFailed

TOKEN = "HELIOGRAPH_POOL_TOKEN"
TRIES = 3
LONGEST_SECONDS = 25.0


class Unavailable(PoolFailed):
    """The hook may answer otherwise if it is asked again."""


@dataclass(frozen=True, slots=True)
class HookPool:
    """Posts `{"pool", "from", "to", "reason"}` with a bearer token; any 2xx means that it will be so.

    `sized` tells how many workers there are: what was asked for last, or those that beat.
    """

    target: Target
    token: str
    sized: Callable[[], int]
    name: str = "http"
    first_pause_s: float = 0.5

    @classmethod
    def of(cls, url: str, *, environment: Environment, sized: Callable[[], int]) -> "HookPool":
        """The hook at an address; BadPool where it or its token cannot be used."""
        allowed = environment.names("HELIOGRAPH_POOL_PRIVATE")
        try:
            target = Target.of({"url": url, "secret_env": TOKEN, "allow_private": allowed})
        except BadChannel as fault:
            sentence = str(fault).replace("--allow-private", "HELIOGRAPH_POOL_PRIVATE")
            raise BadPool(f"HELIOGRAPH_POOL: {sentence}") from fault
        return cls(target, environment.secret(TOKEN), sized)

    def size(self) -> int:
        """How many workers there are, or were asked for."""
        return self.sized()

    def resize(self, size: int, *, reason: str) -> None:
        """Ask for that many, three times where nobody answers."""
        body = json.dumps(self.request(size, reason=reason)).encode()
        for attempt in stamina.retry_context(
            on=Unavailable, attempts=TRIES, timeout=LONGEST_SECONDS, wait_initial=self.first_pause_s
        ):
            with attempt:
                self._ask(body)

    def request(self, size: int, *, reason: str) -> dict[str, object]:
        """What would be posted."""
        return {"pool": self.name, "from": self.size(), "to": size, "reason": reason}

    def describe(self) -> str:
        """What it is, in a sentence."""
        return f"whatever listens at {self.target.authority}{self.target.path.partition('?')[0]}"

    def _ask(self, body: bytes) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Heliograph",
            "Authorization": f"Bearer {self.token}",
        }
        try:
            answer = exchange(self.target.place, "POST", self.target.path, headers, body)
        except NotSent as fault:
            raise Unavailable(str(fault).replace("--allow-private", "HELIOGRAPH_POOL_PRIVATE")) from fault
        _judge(answer, self.target.authority)


def _judge(answer: Answer, where: str) -> None:
    if 200 <= answer.status < 300:
        return
    told = f"{where} answered {answer.status} {answer.reason}".rstrip()
    if 300 <= answer.status < 400:
        raise PoolFailed(f"{told}; redirects are not followed, so name the final address.")
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable(f"{told}.")
    raise PoolFailed(f"{told}: {answer.start}" if answer.start else f"{told}.")
