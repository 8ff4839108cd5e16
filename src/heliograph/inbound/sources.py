"""Sources: added with a secret that is shown once, listed, given another secret, removed."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from django.db import transaction
from django.db.models import Count, Max, Q

from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.inbound.accept import digest_of
from heliograph.inbound.errors import BadSource, NoSuchSource
from heliograph.inbound.models import Alert, Source
from heliograph.market.models import Venue
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import Hidden, seen
from heliograph.signals.strategies import add_strategy, retire

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# From where TradingView says that its alerts come.
TRADINGVIEW = ("52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7")
PER_MINUTE = 60
MOST_BARS = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """How the signals of a source are followed; `expires` in bars."""

    timeframe: str = "1h"
    expires: int = 48
    fee_pct: float = 0.1
    slippage_bps: float = 0.0
    long_only: bool = False

    def text(self, name: str, *, source: str) -> str:
        """The same as a strategy: sides that never enter by themselves."""
        side = f'enter = "false"\nexpires = {self.expires}\n'
        short = "" if self.long_only else f"[short]\n{side}"
        return (
            f"name = {_quoted(name)}\n"
            f'description = "Signals from outside: alerts of the source {source}."\n'
            f'timeframe = "{self.timeframe}"\n'
            f"[long]\n{side}{short}"
            f"[execution]\nfee_pct = {self.fee_pct!r}\nslippage_bps = {self.slippage_bps!r}\n"
            + ("" if self.long_only else 'opposite = "reverse"\n')
        )


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A source, and how its alerts fared."""

    name: str
    strategy: str
    version: int
    stage: str
    timeframe: str
    venue: str
    long_only: bool
    addresses: tuple[str, ...]
    per_minute: int
    created_at: datetime
    renewing: bool
    alerts: int
    refused: int
    last_alert_at: datetime | None


@transaction.atomic
def add_source(
    name: str,
    *,
    asked: Asked,
    strategy: str = "",
    venue: str = "",
    addresses: Sequence[str] = (),
    live: bool = False,
    at: datetime,
) -> tuple[Source, str]:
    """Store a source with a version of its own; returns it with its secret, which is not stored.

    BadSource or BadStrategy says what is wrong with what was asked.
    """
    _check(name, asked)
    found = Venue.objects.filter(name=venue).first() if venue else None
    if venue and found is None:
        raise BadSource(f"There is no venue '{venue}'; `heliograph coverage` shows what is stored.")
    named = strategy or name
    if StrategyVersion.objects.filter(strategy__name=named, external=False).exists():
        raise BadSource(f"'{named}' is a strategy of ours; give the signals from outside another --strategy.")
    text = asked.text(named, source=name)
    stage = StrategyVersion.Stage.LIVE if live else StrategyVersion.Stage.SHADOW
    # From now on: what a source of the same name said before is of another version.
    version = add_strategy(text=text, stage=stage, origin=at, external=True, at=at)
    secret = secrets.token_urlsafe(32)
    source = Source.objects.create(
        name=name,
        version=version,
        secret_digest=digest_of(secret),
        venue=found,
        long_only=asked.long_only,
        addresses=[_network(one) for one in addresses],
        per_minute=PER_MINUTE,
        created_at=at,
    )
    return source, secret


def list_sources(*, hidden: Hidden = ()) -> list[SourceItem]:
    """All sources, by name, but those of strategies that are hidden. One statement."""
    rows = (
        Source.objects.filter(seen(hidden, "version__strategy"))
        .select_related("version__strategy", "venue")
        .annotate(
            count=Count("version__inbound_alerts"),
            refused=Count(
                "version__inbound_alerts", filter=Q(version__inbound_alerts__state=Alert.State.REFUSED)
            ),
            last=Max("version__inbound_alerts__received_at"),
        )
    )
    return [_item(row) for row in rows.order_by("name")]


def find_source(name: str, *, hidden: Hidden = ()) -> Source:
    """The source of that name; NoSuchSource if there is none, or its strategy is hidden."""
    visible = Source.objects.filter(seen(hidden, "version__strategy"))
    source = visible.select_related("version__strategy", "venue").filter(name=name).first()
    if source is None:
        raise NoSuchSource(name, known=list(visible.order_by("name").values_list("name", flat=True)))
    return source


@transaction.atomic
def renew_secret(name: str) -> str:
    """Make a new secret and return it, as it is not stored; the one of before is taken until it is ended."""
    source = _locked(name)
    secret = secrets.token_urlsafe(32)
    source.former_digest, source.secret_digest = source.secret_digest, digest_of(secret)
    source.save(update_fields=["former_digest", "secret_digest"])
    return secret


@transaction.atomic
def end_former_secret(name: str) -> None:
    """Take the newest secret alone; BadSource where there is no other."""
    source = _locked(name)
    if not source.former_digest:
        raise BadSource(f"The source {name} has no former secret.")
    source.former_digest = ""
    source.save(update_fields=["former_digest"])


def _locked(name: str) -> Source:
    return Source.objects.select_for_update().get(pk=find_source(name).pk)


@transaction.atomic
def remove_source(name: str, *, at: datetime) -> StrategyVersion:
    """Take no more alerts; signals that run are followed to their ends, and all stays on record."""
    source = find_source(name)
    version = retire(source.version, at=at)
    source.delete()
    return version


def _check(name: str, asked: Asked) -> None:
    if not NAME.fullmatch(name):
        raise BadSource(
            f"'{name}': a name has up to 64 small letters, digits and `-`, as it is in an address."
        )
    if Source.objects.filter(name=name).exists():
        raise BadSource(f"There is a source '{name}' already; remove it first, or take another name.")
    if asked.timeframe not in TIMEFRAMES:
        raise BadSource(f"There is no timeframe '{asked.timeframe}'; there are {', '.join(TIMEFRAMES)}.")
    if not 1 <= asked.expires <= MOST_BARS:
        raise BadSource(f"A signal expires after 1 to {MOST_BARS:,} bars, not {asked.expires}.")


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as fault:
        raise BadSource(f"'{text}' is no address or network, such as 52.89.214.238 or 10.0.0.0/8.") from fault


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _item(row: Source) -> SourceItem:
    version = row.version
    return SourceItem(
        name=row.name,
        strategy=version.strategy.name,
        version=version.number,
        stage=version.stage,
        timeframe=version.timeframe,
        venue=row.venue.name if row.venue else "",
        long_only=row.long_only,
        addresses=tuple(row.addresses),
        per_minute=row.per_minute,
        created_at=row.created_at,
        renewing=bool(row.former_digest),
        alerts=row.count,
        refused=row.refused,
        last_alert_at=row.last,
    )
