"""A strategy text as it comes from the editor's form, and how it is answered."""

from dataclasses import dataclass, replace

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from heliograph.engine.strategy import Strategy as Checked
from heliograph.engine.strategy.document import MOST_BYTES
from heliograph.signals.diff import Difference, difference
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import find_version
from heliograph.signals.scores import LEAST_N, score
from heliograph.web.accounts.asker import hidden
from heliograph.web.reads.overview import reasons
from heliograph.web.reads.strategies.fired import fired
from heliograph.web.reads.strategies.starts import examples, strategy_names
from heliograph.web.reads.strategies.text import CheckedText, check_text
from heliograph.web.reads.strategies.versions import version_lines
from heliograph.web.reads.strategies.would import panel_of
from heliograph.web.rows import REASONS
from heliograph.web.views.asked import whole

STAGES = (StrategyVersion.Stage.DRAFT, StrategyVersion.Stage.SHADOW)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is being written.

    `of` is the strategy whose page it is on, empty for a new one; `base` is the newest version that the
    author has seen of the strategy `base_of`.
    """

    text: str
    of: str = ""
    base: int = 0
    base_of: str = ""
    stage: str = StrategyVersion.Stage.DRAFT

    @classmethod
    def sent(cls, request: HttpRequest, of: str = "") -> "Draft":
        """The draft of a form; what is malformed in its small fields takes their default."""
        given = request.POST
        stage = given.get("stage", "")
        return cls(
            # Forms send line ends of two characters; NUL is a character that TOML refuses by itself.
            text=given.get("text", "").replace("\r\n", "\n"),
            of=of,
            base=whole(given.get("base", "")) or 0,
            base_of=given.get("base_of", ""),
            stage=stage if stage in STAGES else STAGES[0],
        )

    def base_for(self, name: str) -> int:
        """The newest version that the author has seen of the strategy of that name."""
        return self.base if name == self.base_of else 0


@dataclass(frozen=True, slots=True)
class Said:
    """What is said above the editor after something was tried."""

    fault: str = ""
    fine: str = ""
    newer: StrategyVersion | None = None
    difference: Difference | None = None


def editor(
    request: HttpRequest, draft: Draft, said: Said | None = None, *, status: int = 200
) -> HttpResponse:
    """The page of the editor around a draft."""
    checked = check_text(draft.text, hidden=hidden(request))
    versions = _versions(draft.of)
    context = {
        "draft": draft,
        "checked": checked,
        "said": said or Said(),
        "findings": checked.findings if request.method == "POST" else (),
        "versions": version_lines(versions),
        "newest": versions[0] if versions else None,
        "last_valid": checked.meant or _last_valid(versions),
        **_so_far(versions),
        "least_n": LEAST_N,
        "save": save_state(checked, draft),
        "stages": STAGES,
        "examples": examples(),
        "own": [] if draft.of else strategy_names(hidden=hidden(request)),
        "address": reverse("strategy-edit", args=[draft.of]) if draft.of else reverse("strategy-new"),
        "most_bytes": MOST_BYTES,
        "would": panel_of(checked.meant.strategy if checked.meant else None),
    }
    return render(request, "web/pages/strategy_editor.html", context, status=status)


def newer_than(draft: Draft, fault: Exception) -> tuple[Draft, Said]:
    """The draft on top of the version that was saved meanwhile, and what differs from that."""
    checked = Checked.parse(draft.text)
    newer = find_version(checked.name, getattr(fault, "newest", None))
    moved = replace(draft, base=newer.number, base_of=checked.name)
    return moved, Said(str(fault), newer=newer, difference=difference(Checked.parse(newer.text), checked))


@dataclass(frozen=True, slots=True)
class SaveState:
    """The words of the button, and why it cannot be used; empty if it can. `note` is said beside it."""

    label: str
    reason: str = ""
    note: str = ""


def save_state(checked: CheckedText, draft: Draft) -> SaveState:
    """What saving would do to a draft."""
    if checked.meant is None:
        count = len(checked.findings)
        label = f"Save as v{draft.base + 1}" if draft.of else "Save"
        return SaveState(label, f"{count} {'error' if count == 1 else 'errors'} to mend")
    standing = checked.meant.standing
    is_other = standing.name != draft.of and (draft.of or standing.newest)
    other = f" of {standing.name}" if is_other else ""
    label = f"Save as v{standing.next}{other}"
    if standing.same is not None:
        return SaveState(label, f"means the same as v{standing.same}")
    if standing.newest > draft.base_for(standing.name):
        return SaveState(
            label, note=f"v{standing.newest} of {standing.name} is newer than what you began with"
        )
    return SaveState(label)


def _so_far(versions: list[StrategyVersion]) -> dict[str, object]:
    """What the newest version that has run came to; nothing of a strategy without any."""
    ran = [version for version in versions if version.stage != StrategyVersion.Stage.DRAFT]
    if not versions:
        return {}
    shown = (ran or versions)[0]
    refused = reasons(Q(version_id=shown.pk))
    return {
        "score": score(shown),
        "fired": fired(shown),
        "reasons": [(REASONS.get(line.reason, line.reason), line) for line in refused],
    }


def _versions(name: str) -> list[StrategyVersion]:
    rows = StrategyVersion.objects.filter(strategy__name=name).select_related("strategy")
    return list(rows.order_by("-number")) if name else []


def _last_valid(versions: list[StrategyVersion]) -> object:
    return check_text(versions[0].text).meant if versions else None
