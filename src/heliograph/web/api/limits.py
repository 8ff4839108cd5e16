"""How often one may ask: so many reads and writes a minute for each token, person or address."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from heliograph.web.api.bucket import Taken, buckets_at
from heliograph.web.api.problems import problem
from heliograph.web.api.seen import caller

READS = ("GET", "HEAD", "OPTIONS")


def taken_by(request: HttpRequest) -> Taken | None:
    """What a request takes of what its caller may; None where nothing is limited or counted."""
    if request.method in READS:
        return taken_of(request, "reads", per_minute=settings.HELIOGRAPH_API_READS)
    return taken_of(request, "writes", per_minute=settings.HELIOGRAPH_API_WRITES)


def taken_of(request: HttpRequest, kind: str, *, per_minute: int) -> Taken | None:
    """The same of what is counted by itself, by pages and operations together."""
    if not settings.REDIS_URL or per_minute <= 0:
        return None
    return buckets_at(settings.REDIS_URL).take(f"{kind}:{caller(request)}", per_minute=per_minute)


def too_often(taken: Taken) -> str:
    """What is said to one request too many."""
    return f"{taken.most} a minute are answered; ask again in {taken.next_in} s."


def too_many(taken: Taken) -> HttpResponseBase:
    """The answer to one request too many."""
    return problem(429, too_often(taken), headers={"Retry-After": str(taken.next_in)})


def tell(answer: HttpResponseBase, taken: Taken) -> None:
    """Say in the headers how many requests are left, and in how many seconds all are back."""
    answer["RateLimit-Limit"] = str(taken.most)
    answer["RateLimit-Remaining"] = str(taken.left)
    answer["RateLimit-Reset"] = str(taken.full_in)
