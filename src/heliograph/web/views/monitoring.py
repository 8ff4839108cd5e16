"""How well all of it is: health, incidents, trends, workers, queues, cache, database, recommendations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts.queries import list_silences
from heliograph.monitor.measure import Definition, key_of
from heliograph.monitor.naming import meaning
from heliograph.monitor.take import SCORE
from heliograph.monitor.told import ToldMeasure
from heliograph.monitor.tuning.models import Act
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.course_plot import Dot
from heliograph.web.measured import GLYPHS, WORDS, limits, measure_value, part_name, switch_or_value
from heliograph.web.reads.monitoring import machine, measures, parts, told, trends
from heliograph.web.reads.monitoring.coverage import coverage_context
from heliograph.web.reads.monitoring.looked import DEFINITIONS, EVERY, Looked, looked, newest_of
from heliograph.web.reads.work import caches, queues
from heliograph.web.ring import ring
from heliograph.web.trend_words import course_label, expected_words, measure_address, score_words, trend_view
from heliograph.web.views.asked import text
from heliograph.web.views.audience import audiences_of, may

Context = dict[str, object]
OPEN, OVER, NOISIEST, ADVICE, DONE, ACTS, ROWS = 20, 3, 5, 5, 3, 3, 40


@dataclass
class Asked:
    """Who asks, and when; the looks are read once for all pieces."""

    request: HttpRequest
    at: datetime

    @cached_property
    def found(self) -> Looked:
        """How well all of it is."""
        return looked(at=self.at)


@require_safe
@needs("viewer")
def monitoring_page(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    asked = Asked(request, utc_now())
    context = {name: value for piece in PIECES.values() for name, value in piece(asked).items()}
    return render(request, "web/pages/monitoring.html", context)


@require_safe
@needs("viewer")
def monitoring_live(request: HttpRequest, name: str) -> HttpResponse:
    """One piece alone, asked for again and again."""
    piece = LIVE.get(name)
    if piece is None:
        raise Http404(f"The page of monitoring has no piece named {name}.")
    return render(request, f"web/parts/monitoring/{name}.html", piece(Asked(request, utc_now())))


@require_safe
@needs("viewer")
def measures_page(request: HttpRequest) -> HttpResponse:
    """All measures, part by part, or those of one part."""
    found, part = looked(at=utc_now()), request.GET.get("part", "")
    names = [one.name for one in found.health.parts]
    shown = [one for one in parts.part_lines(found) if part in ("", one.part.name) or part not in names]
    context = {
        "found": found,
        "part": part if part in names else "",
        "tabs": [(name, part_name(name)) for name in sorted(names)],
        "groups": [(line, [_row(one, found) for one in line.part.measures]) for line in shown],
    }
    return render(request, "web/pages/measures.html", context)


@require_safe
@needs("viewer")
def measure_page(request: HttpRequest, name: str) -> HttpResponse:
    """One measure over time, with what is expected of it."""
    definition, at = measures.find_definition(name), utc_now()
    if definition is None:
        raise Http404(f"Nothing is measured under the name {name}.")
    several, span = measures.labels_of(name), measures.SPANS.get(request.GET.get("span", ""))
    span, of = span or measures.SPANS["1d"], text(request, "of") or ""
    labels = next((one for one in several if key_of(one) == of), several[0] if several else {})
    found, unknown = measures.stretches(name, labels, span, at=at)
    expected = trends.expected_of(name, labels, at=at)
    newest = newest_of(name, labels, at=at)
    context = {
        "definition": definition,
        "title": meaning(definition.says),
        "limits": limits(definition),
        "every": EVERY.get(name, 15),
        "part": definition.part,
        "part_title": part_name(definition.part),
        "of": key_of(labels),
        "labels": labels,
        "several": [(key_of(one), measure_address(name, key_of(one), span.name)) for one in several],
        "span": span,
        "spans": [(one, measure_address(name, key_of(labels), one.name)) for one in measures.SPANS.values()],
        "plot": measures.plot(found, span, definition, expected, at=at),
        "label": course_label(meaning(definition.says), [one.mean for one in found], definition.unit),
        "newest": newest,
        "has_one": bool(found),
        "unknown": unknown,
        "rows": [(one, _numbers(one, definition)) for one in reversed(found[-ROWS:])],
        "now": switch_or_value(newest.value if newest else None, definition.unit, definition.says),
        "expected": expected,
        "words": expected_words(expected, at=at),
        "score": score_words(expected, definition.unit),
    }
    return render(request, "web/pages/measure.html", context)


def _now(asked: Asked) -> Context:
    found = asked.found
    lines = parts.part_lines(found)
    # Whole parts stand together, and a phone folds them to one line.
    folded = {whole: list(own) for whole, own in groupby(lines, key=lambda one: one.is_whole)}
    return {
        "found": found,
        "lines": lines,
        "whole": folded.get(True, []),
        "gates": parts.red_gates(found),
        "unknown": parts.unknown_of(found),
        "unknown_number": len(found.health.unknown),
        "weakest": next((one for one in lines if one.part.name == found.health.weakest), None),
        "arcs": ring(found.health.parts),
        "state_glyph": GLYPHS[found.health.state],
        "state_word": WORDS[found.health.state],
    }


def _incidents(asked: Asked) -> Context:
    going, at = told.going(limit=OPEN + 1, lines=told.LINES), asked.at
    alerts = told.alert_trends(at=at)
    return {
        "going": going[:OPEN],
        "more_going": len(going) > OPEN,
        "over": told.over(limit=OVER),
        "alerts": alerts,
        "noisiest": alerts.noisiest[:NOISIEST],
        "silences": [one for one in list_silences(at=at) if one.state == "holds"],
    }


def _frame(asked: Asked) -> Context:
    return told.wrong()


def _trends(asked: Asked) -> Context:
    found = trends.trends(at=asked.at)
    newest = [(one, *_newest(one, asked.found)) for one in found]
    facts = {"is_kept": asked.found.is_kept, "at": asked.at}
    return {"trends": [trend_view(one, newest=dot, reason=why, **facts) for one, dot, why in newest]}


def _newest(trend: trends.Trend, found: Looked) -> tuple[Dot | None, str]:
    """What the newest look says of it, which the hours do not hold yet, or why that is not known."""
    name, of = trend.course.of.name, key_of(trend.course.labels)
    if name == SCORE.name:
        score = found.health.score
        return (None, "nothing is known") if score is None else (Dot(found.health.at, score), "")
    every = (one for part in found.health.parts for one in part.measures)
    one = next((one for one in every if one.name == name and key_of(one.labels) == of), None)
    if one is None or one.value is None:
        return None, one.reason if one else ""
    return Dot(found.at(one), one.value), ""


def _coverage(asked: Asked) -> Context:
    return coverage_context(at=asked.at)


def _machine(asked: Asked) -> Context:
    found, at = asked.found, asked.at
    lines = queues.queue_lines(at=at)
    return {
        "looked_at": found.health.at,
        "workers": machine.workers(at=at, hidden=hidden(asked.request)),
        "queues": lines,
        "answers": all(line.waiting is not None for line in lines),
        "queue_facts": machine.facts(found, machine.OF_QUEUES),
        "database": machine.facts(found, machine.OF_DATABASE),
        "tables": machine.tables(found),
        "tuned": list(Act.objects.order_by("-pk")[:ACTS]) if may(asked.request, "operator") else [],
        **caches.cache_context(),
    }


def _advice(asked: Asked) -> Context:
    seen = {"hidden": hidden(asked.request), "audiences": audiences_of(asked.request)}
    advice, number = told.open_advice(**seen, limit=ADVICE)
    return {"advice": advice, "advice_number": number, "done": told.done_advice(**seen, limit=DONE)}


def _row(measure: ToldMeasure, found: Looked) -> Context:
    definition = DEFINITIONS[measure.name]
    return {
        "measure": measure,
        "of": ", ".join(value for value in measure.labels.values() if value),
        "value": measure_value(measure),
        "glyph": GLYPHS[measure.state],
        "word": WORDS[measure.state],
        "limits": limits(definition),
        "at": found.at(measure),
        "address": measure_address(measure.name, key_of(measure.labels)),
    }


def _numbers(one: measures.Stretch, definition: Definition) -> list[str]:
    return [
        switch_or_value(value, definition.unit, definition.says if value in (0, 1) else "")
        for value in (one.least, one.mean, one.most)
    ]


PIECES: dict[str, Callable[[Asked], Context]] = {
    "now": _now,
    "incidents": _incidents,
    "trends": _trends,
    "coverage": _coverage,
    "machine": _machine,
    "advice": _advice,
}
# Also what leads the overview.
LIVE = PIECES | {"frame": _frame}
