"""Two versions of a strategy side by side: their meaning, their text, and what they gave."""

from difflib import unified_diff

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from heliograph.signals.compare import compare
from heliograph.signals.diff import difference_of
from heliograph.signals.models import StrategyVersion
from heliograph.signals.scores import LEAST_N
from heliograph.web.accounts.access import needs
from heliograph.web.views.asked import stored_version, whole_number

AROUND = 3


@require_safe
@needs("viewer")
@vary_on_headers("HX-Request")
def strategy_compare(request: HttpRequest, name: str) -> HttpResponse:
    """What changed from version a to version b; the results come apart, since they are counted anew."""
    runs = stored_version(request, name)
    versions = list(runs.strategy.versions.order_by("-number"))
    b = stored_version(request, name, whole_number(request, "b") or versions[0].number)
    a = stored_version(request, name, whole_number(request, "a") or _other(b, runs, versions))
    context = {"name": b.strategy.name, "a": a, "b": b, "versions": versions, "least_n": LEAST_N}
    if request.headers.get("HX-Request"):
        return render(request, "web/parts/strategies/results.html", context | {"found": compare(a, b)})
    return render(
        request,
        "web/pages/strategy_compare.html",
        context
        | {
            "difference": difference_of(a, b),
            "lines": _lines(a, b),
            "found": compare(a, b) if request.GET.get("results") else None,
        },
    )


def _other(b: StrategyVersion, runs: StrategyVersion, versions: list[StrategyVersion]) -> int:
    """The version that runs, or the one before b, or else the one after it, or b itself."""
    if runs.number != b.number:
        return runs.number
    numbers = [version.number for version in versions]
    before = [number for number in numbers if number < b.number]
    return before[0] if before else next((n for n in reversed(numbers) if n != b.number), b.number)


def _lines(a: StrategyVersion, b: StrategyVersion) -> list[tuple[str, str]]:
    """The lines that differ and three around them: each with its sign, `@` for a piece that is left out."""
    texts = (version.text.strip("\n").splitlines() for version in (a, b))
    found = list(unified_diff(*texts, lineterm="", n=AROUND))[2:]
    return [(line[0], line[1:]) if not line.startswith("@@") else ("@", line) for line in found]
