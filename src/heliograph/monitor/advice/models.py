"""Recommendations: what they rest on, what became of them, and whether it helped."""

from django.db import models
from django.db.models import Q

from heliograph.signals.models import Strategy


class Recommendation(models.Model):
    """Something that could be better, from when it was found until somebody acted or it was over."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"  # somebody did it
        DISMISSED = "dismissed"  # somebody does not want it
        OVER = "over"  # it was not found any more

    class Verdict(models.TextChoices):
        UNKNOWN = "cannot tell yet"
        HELPED = "helped"
        NOT_HELPED = "did not help"

    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    title = models.TextField()
    why = models.TextField()
    command = models.TextField(default="", blank=True)
    # [{"what", "value", "source"}], as it was found last.
    evidence = models.JSONField(default=list)
    # {"measure", "labels", "way", "now", "expected", "basis"}, or null; see `finding.Effect`.
    effect = models.JSONField(null=True)
    # Who may not see these may not see it. A null audience is none.
    strategy = models.ForeignKey(Strategy, models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=64, null=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    # When it was last found.
    seen_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, default="", blank=True)
    reason = models.TextField(default="", blank=True)
    # Empty unless it was done. {"before", "after", "difference", "low", "high", "n_before", "n_after"} of the
    # measure, and whether it is still found.
    verdict = models.CharField(max_length=16, choices=Verdict, default="", blank=True)
    judged_at = models.DateTimeField(null=True)
    judgement = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"], condition=Q(state="open"), name="one_open_recommendation"
            )
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="recommendation_newest")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}"
