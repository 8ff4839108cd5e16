"""What a rule goes by, as it ships and as the verbs take it, and what each kind of rule asks for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

CRITICAL, WARNING, INFO = "critical", "warning", "info"
THRESHOLD, BURN, ABSENCE, ANOMALY = "threshold", "burn", "absence", "anomaly"
PAGE = "docs/operations/alerts.md"


@dataclass(frozen=True, slots=True)
class Terms:
    """All of a rule but its name; see `models.Rule`. `options` are those of its kind:

    threshold: `above` or `below`, and `clear`, from where on it is well again (the same if it is not said).
    burn: `above` or `below` says which minutes are bad, `objective` how many are to be good (0..1), `windows`
    pairs of seconds with how many times too fast: [short, long, times].
    absence: none.
    anomaly: `deviations` how far from the median, in robust standard deviations; `least` the difference below
    which nothing is unusual; `side`: "above", "below" or "both"; `days`: how many of the days before.
    """

    title: str
    kind: str
    measure: str
    severity: str
    cause: str
    says: str
    options: Mapping[str, object] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    for_seconds: int = 60
    clear_seconds: int = 30
    follows: tuple[str, ...] = ()
    repeat_minutes: int | None = None
    escalate_minutes: int | None = None
    comes_from: str = ""
    look: str = ""
    remedy: str = ""
    anchor: str = ""
    enabled: bool = True

    def columns(self) -> dict[str, object]:
        """The columns of a rule, as JSON keeps them."""
        found = asdict(self)
        return found | {
            "follows": list(self.follows),
            "labels": dict(self.labels),
            "options": dict(self.options),
        }


FIELDS = tuple(Terms.__dataclass_fields__)
