"""What a backup file says of itself; it is read before anything else of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from heliograph.backup.errors import BadBackup

FORMAT = 1
MANIFEST, DATABASE, SECRET = "manifest.json", "database.dump", "secret.key"


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside: its name, its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which release made it, when, of which database; `tables` are rows and a hash of each."""

    made_at: str
    release: str
    postgres: str
    migrations: list[str]
    tables: dict[str, tuple[int, str]]
    parts: list[Part]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(count for count, _ in self.tables.values())

    def unknown_migrations(self, known: Iterable[str]) -> list[str]:
        """Those that are not among these, by their names alone."""
        names = set(known)
        return [one for one in self.migrations if one.partition(".")[2] not in names]

    def to_json(self) -> bytes:
        """As it is written."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes, *, name: str) -> "Manifest":
        """As it is read; BadBackup if it is none of ours, or of a later release."""
        try:
            read: Mapping[str, object] = json.loads(data)
            if int(str(read["format"])) > FORMAT:
                raise BadBackup(
                    f"{name} was made by a later release, {read['release']}; restore it with that."
                )
            parts = [Part(**part) for part in read["parts"]]  # type: ignore[attr-defined]
            counted: Mapping[str, tuple[int, str]] = read["tables"]  # type: ignore[assignment]
            tables = {table: (int(n), str(h)) for table, (n, h) in counted.items()}
            return cls(**{**read, "parts": parts, "tables": tables})  # type: ignore[arg-type]
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            raise BadBackup(f"{name} does not say what it holds; it is no backup of Heliograph.") from fault
