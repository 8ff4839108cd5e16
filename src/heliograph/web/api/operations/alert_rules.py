"""Alert rules: shown, changed, switched on and off, and one's own."""

from typing import Annotated, ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.monitor.alerts import rules as verbs
from heliograph.monitor.alerts.queries import RuleItem, list_rules, rule_item
from heliograph.monitor.alerts.terms import Terms
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Line, Name, Paging, Slug, Told
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.alerts import AlertRuleList, AlertRuleShape, RuleKind, SeverityName
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["alerts"])
Seconds = Annotated[int, Field(ge=0, le=verbs.LONGEST_SECONDS)]
Minutes = Annotated[int, Field(ge=1, le=verbs.LONGEST_MINUTES)]
Text = Annotated[str, Field(max_length=verbs.LONGEST_TEXT)]
Patterns = Annotated[dict[Line, Line], Field(max_length=verbs.MOST_LABELS)]
Options = Annotated[dict[Line, float | str | list[list[float]]], Field(max_length=8)]


class AskedRules(Paging):
    """Which rules."""

    shape: ClassVar[type] = AlertRuleShape


class RuleTold(Told):
    """A rule of one's own; `options` are those of its kind, as a rule is shown with them."""

    name: Slug
    kind: RuleKind
    measure: Line
    title: Line
    says: Text
    options: Options = Field(default_factory=dict)
    labels: Patterns = Field(default_factory=dict)
    severity: SeverityName = "warning"
    cause: Slug | None = None
    for_seconds: Seconds = 60
    clear_seconds: Seconds = 30
    follows: Annotated[list[Slug], Field(max_length=20)] = Field(default_factory=list)
    repeat_minutes: Minutes | None = None
    escalate_minutes: Minutes | None = None
    remedy: Text = ""
    anchor: Annotated[str, Field(max_length=120)] = ""


class RuleChange(Told):
    """What is to be other than it is; what is left out stays."""

    title: Line | None = None
    says: Text | None = None
    options: Options | None = None
    labels: Patterns | None = None
    severity: SeverityName | None = None
    cause: Slug | None = None
    for_seconds: Seconds | None = None
    clear_seconds: Seconds | None = None
    follows: Annotated[list[Slug], Field(max_length=20)] | None = None
    repeat_minutes: Minutes | None = None
    escalate_minutes: Minutes | None = None
    remedy: Text | None = None
    anchor: Annotated[str, Field(max_length=120)] | None = None
    enabled: bool | None = None


@router.get("alert-rules", response=AlertRuleList, summary="The rules of alerts")
@answers()
@needs("viewer")
def list_alert_rules(request: HttpRequest, asked: Query[AskedRules]) -> Page:
    """By name, each with whether it holds now."""
    items = [_shape(item) for item in list_rules()]
    return part_of(items, asked, name="alert rules", key=lambda one: (str(one["name"]),))


@router.get("alert-rules/{name}", response=AlertRuleShape, summary="One rule")
@answers()
@needs("viewer")
def get_alert_rule(request: HttpRequest, name: Name) -> dict[str, object]:
    """When it holds, what it means, and what to do."""
    return _shape(rule_item(verbs.find_rule(name)))


@router.post("alert-rules", response={201: AlertRuleShape}, summary="Add a rule of one's own")
@idempotent
@needs("operator")
def add_alert_rule(request: HttpRequest, told: RuleTold) -> Status:
    """It is evaluated from the next look on."""
    given = told.model_dump(exclude={"name"}) | {"cause": told.cause or told.name}
    made = verbs.add_rule(told.name, Terms(**given | {"follows": tuple(told.follows)}))
    tell(request, "alert.add", told.name, kind=told.kind, measure=told.measure)
    return Status(201, _shape(rule_item(made)))


@router.patch("alert-rules/{name}", response=AlertRuleShape, summary="Change a rule")
@idempotent
@needs("operator")
def change_alert_rule(request: HttpRequest, name: Name, told: RuleChange) -> dict[str, object]:
    """What is changed of a shipped one stays so when that is updated. `repeat_minutes` and `escalate_minutes`
    may be null: never."""
    said = told.model_dump(exclude_unset=True)
    nullable = ("repeat_minutes", "escalate_minutes")
    changes = {field: value for field, value in said.items() if value is not None or field in nullable}
    made = verbs.change_rule(name, changes)
    tell(request, "alert.change", name, fields=sorted(changes))
    return _shape(rule_item(made))


@router.post("alert-rules/{name}/reset", response=AlertRuleShape, summary="Make a rule as it ships")
@idempotent
@needs("operator")
def reset_alert_rule(request: HttpRequest, name: Name) -> dict[str, object]:
    """Whatever was changed of it."""
    made = verbs.reset_rule(name)
    tell(request, "alert.reset", name)
    return _shape(rule_item(made))


@router.delete("alert-rules/{name}", response={204: None}, summary="Remove a rule of one's own")
@idempotent
@needs("operator")
def remove_alert_rule(request: HttpRequest, name: Name) -> Status:
    """One that came with Heliograph is switched off instead, by a change of `enabled`."""
    verbs.remove_rule(name)
    tell(request, "alert.remove", name)
    return Status(204, None)


def _shape(item: RuleItem) -> dict[str, object]:
    own = {"shipped": item.rule.shipped is not None, "state": item.state, "firing": item.firing}
    return filled(AlertRuleShape, item.rule, **own)
