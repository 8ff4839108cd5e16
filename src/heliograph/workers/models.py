"""Who leads where only one may."""

from django.db import models


class Lease(models.Model):
    """A post that one process holds at a time; each new holder raises `epoch`, which tells an old one."""

    name = models.CharField(max_length=32, primary_key=True)
    epoch = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=128)
    taken_at = models.DateTimeField()
