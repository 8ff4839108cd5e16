"""Deliveries of files: recognised when they come again, gone on with where they were interrupted."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import F

from heliograph.market.errors import BadFile, MarketError
from heliograph.market.models import Batch, CandleRevision, Venue
from heliograph.market.sources.files import Reading
from heliograph.market.store import Stored


class TwoImports(MarketError):
    """Another process imports the same file at this moment."""

    def __init__(self, file: str):
        super().__init__(f"{file}: {self.__doc__}")


class UndoneMeanwhile(MarketError):
    """The import was undone while it ran."""

    def __init__(self, file: str):
        super().__init__(f"{file}: {self.__doc__}")


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a file and how they are read: both alike is the same delivery."""

    path: Path
    sha256: str
    options: dict[str, object]

    @classmethod
    def of(cls, path: Path, reading: Reading) -> "File":
        """BadFile if it cannot be read."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as fault:
            raise BadFile(str(path), f"cannot be read ({(fault.strerror or 'unknown').lower()})") from fault
        said = ("format", "symbol", "timeframe", "timezone", "skip_bad")
        options = {name: getattr(reading, name) for name in said if getattr(reading, name)}
        # Its name may tell its symbol: equal bytes under another name are another delivery.
        return cls(path, digest, {**options, "file": path.name})


def finished(venue: Venue, file: File, *, together: Collection[str]) -> Batch | None:
    """The earlier delivery of the same file, if it was finished and nothing of it was corrected since.

    Corrections by files that come `together` with it (their hashes) do not count: a folder whose files
    contradict each other would else correct itself to and fro each time it comes. Neither do those that were
    undone; but an undone delivery may have taken bars with it that this one found stored already.
    """
    batch = _same(venue, file).filter(finished_at__isnull=False).order_by("-finished_at").first()
    if batch is None or Batch.objects.filter(venue=venue, undone_at__gte=batch.finished_at).exists():
        return None
    corrections = CandleRevision.objects.filter(source=batch, replaced_by__undone_at=None)
    return None if corrections.exclude(replaced_by__sha256__in=together).exists() else batch


def interrupted(venue: Venue, file: File) -> Batch | None:
    """The earlier delivery of the same file that was begun and not finished."""
    return _same(venue, file).filter(finished_at__isnull=True).order_by("-started_at").first()


def begin(venue: Venue, file: File, *, format: str, at: datetime) -> Batch:
    """A new delivery."""
    return Batch.objects.create(
        venue=venue,
        kind=Venue.Kind.FILE,
        name=str(file.path),
        format=format,
        sha256=file.sha256,
        options=file.options,
        started_at=at,
    )


def hold(batch: Batch) -> None:
    """Keep others from undoing the delivery until the transaction ends; UndoneMeanwhile if they did."""
    if Batch.objects.select_for_update().get(pk=batch.pk).undone_at:
        raise UndoneMeanwhile(batch.name)


def count(batch: Batch, stored: Stored, *, rows: int) -> None:
    """Add what a transaction stored, in that transaction. TwoImports if someone else did so meanwhile."""
    counted = Batch.objects.filter(pk=batch.pk, rows_done=batch.rows_done).update(
        rows_done=F("rows_done") + rows,
        inserted=F("inserted") + stored.inserted,
        revised=F("revised") + stored.revised,
        unchanged=F("unchanged") + stored.unchanged,
    )
    if not counted:
        raise TwoImports(batch.name)
    batch.rows_done += rows
    batch.inserted += stored.inserted
    batch.revised += stored.revised
    batch.unchanged += stored.unchanged


def finish(batch: Batch, *, skipped: int, findings: dict[str, int], at: datetime) -> None:
    """Note that all of the delivery is stored."""
    batch.skipped, batch.findings, batch.finished_at = skipped, findings, at
    batch.save(update_fields=["skipped", "findings", "finished_at"])


def _same(venue: Venue, file: File):
    return Batch.objects.filter(venue=venue, sha256=file.sha256, options=file.options, undone_at=None)
