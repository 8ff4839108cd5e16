"""Takes an alert: from whom, of which instrument and bar, and only once."""

import hmac
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network

from django.db import transaction

from heliograph.engine.timeframe import Timeframe
from heliograph.inbound.bars import bar_of, check_on_its_way
from heliograph.inbound.errors import BadAlert, NotLetIn, TooManyAlerts, WrongAddress
from heliograph.inbound.instruments import instrument_of
from heliograph.inbound.models import Alert, Source
from heliograph.inbound.reading import LONGEST, Body, Reading
from heliograph.market.clock import venue_clock
from heliograph.market.wire import to_datetime
from heliograph.signals.models import Side, StrategyVersion

MINUTE = timedelta(minutes=1)
# Nobody has this one: comparing takes as long whether there is a source or not.
NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class Accepted:
    """An alert as it is stored; `is_known` if it had come before."""

    alert: Alert
    is_known: bool


def accept(name: str, content: bytes, *, secret: str = "", address: str = "", at: datetime) -> Accepted:
    """Store the alert of a source; what cannot be followed is stored as refused, with the reason.

    `secret` is what came beside the body. NotLetIn where it (or that of the body) is not the source's.
    """
    source = Source.objects.select_related("version__strategy", "venue").filter(name=name).first()
    body, fault = _body(content)
    _check_secret(source, secret or body.secret)
    assert source
    _check_address(source, address)
    with transaction.atomic():
        # One alert of a source at a time, so that a limit is one and a repeat is seen.
        Source.objects.select_for_update().get(pk=source.pk)
        return _store(source, body, fault, at=at)


def _body(content: bytes) -> tuple[Body, BadAlert | None]:
    """What can be read; the fault is told to nobody but who has the secret."""
    if len(content) > LONGEST:
        return Body(), BadAlert(f"An alert has at most {LONGEST:,} bytes.")
    try:
        return Body.of(content), None
    except BadAlert as fault:
        return Body(text=content[:LONGEST].decode(errors="replace").replace("\x00", "")), fault


def _check_secret(source: Source | None, secret: str) -> None:
    shown = digest_of(secret)
    known = (source.secret_digest, source.former_digest or NOBODY) if source else (NOBODY, NOBODY)
    fits = [hmac.compare_digest(shown, one) for one in known]
    if source is None or not any(fits):
        raise NotLetIn


def digest_of(secret: str) -> str:
    """What is stored of a secret; it is 256 bits of chance, so one round is enough."""
    return sha256(secret.encode(errors="replace")).hexdigest()


def _check_address(source: Source, address: str) -> None:
    if not source.addresses:
        return
    try:
        found = ip_address(address)
    except ValueError as fault:
        raise WrongAddress(address) from fault
    if not any(found in ip_network(one) for one in source.addresses):
        raise WrongAddress(address)


def _store(source: Source, body: Body, fault: BadAlert | None, *, at: datetime) -> Accepted:
    alert = Alert(version=source.version, body=body.text, received_at=at, state=Alert.State.WAITING)
    told = f"body {body.text} {at:%Y-%m-%d %H:%M}"
    try:
        if fault:
            raise fault
        reading = body.reading()
        told = _sameness(reading, at=at)
        _read_into(alert, reading, source, at=at)
        told = _sameness(reading, bar=alert.bar_time, at=at)
    except BadAlert as refused:
        alert.state, alert.reason = Alert.State.REFUSED, str(refused)
    alert.digest = sha256(told.encode()).hexdigest()
    known = Alert.objects.filter(version=source.version, digest=alert.digest).first()
    if known:
        return Accepted(known, is_known=True)
    _check_rate(source, at=at)
    alert.save()
    return Accepted(alert, is_known=False)


def _sameness(reading: Reading, *, bar: datetime | None = None, at: datetime) -> str:
    """What two alerts have in common that are one: their id, or all that they say with the bar."""
    if reading.id:
        return f"id {reading.id}"
    facts = asdict(reading) | {"fired": None, "time": None}
    return f"{facts} {bar or reading.time or at.replace(second=0, microsecond=0)}"


def _read_into(alert: Alert, reading: Reading, source: Source, *, at: datetime) -> None:
    version = source.version
    if version.stage == StrategyVersion.Stage.RETIRED:
        raise BadAlert(f"{version} is retired and takes no more alerts.")
    if reading.timeframe and reading.timeframe != version.timeframe:
        raise BadAlert(
            f"The alert is of the timeframe {reading.timeframe}, the source of {version.timeframe}; "
            "add another source for it."
        )
    check_on_its_way(reading.fired, at=at)
    alert.action, alert.side = _wish(reading, source)
    alert.stop, alert.targets = reading.stop, sorted(reading.targets, reverse=alert.action == Side.SHORT)
    alert.instrument = instrument_of(reading, source)
    clock = venue_clock(alert.instrument.venue, at=at)
    alert.bar_time = to_datetime(bar_of(Timeframe.parse(version.timeframe), named=reading.time, clock=clock))


def _wish(reading: Reading, source: Source) -> tuple[str, str]:
    if source.long_only and reading.action == Alert.Action.SHORT:
        return Alert.Action.EXIT, Side.LONG
    return reading.action, reading.side


def _check_rate(source: Source, *, at: datetime) -> None:
    recent = Alert.objects.filter(version=source.version, received_at__gt=at - MINUTE)
    if recent.count() < source.per_minute:
        return
    oldest = recent.order_by("received_at").values_list("received_at", flat=True)[0]
    raise TooManyAlerts(source.per_minute, after=max(1, round((oldest + MINUTE - at).total_seconds())))
