"""What the border to the outside has to remember."""

from django.db import models


class KeptAnswer(models.Model):
    """What a write was answered under an idempotency key, so that a repeated one is answered the same."""

    # Who asked, as an opaque text: "token:3", "person:7" or "address:127.0.0.1".
    actor = models.CharField(max_length=128)
    key = models.CharField(max_length=255)
    # Of method, address and body.
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_oldest")]
