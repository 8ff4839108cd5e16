"""Faults to Sentry and spans to a collector of OpenTelemetry, where they are asked for."""

from importlib import import_module
from types import ModuleType
from typing import Any

import heliograph
from heliograph.config import reading as read
from heliograph.config.hidden import secrets_of
from heliograph.kit.errors import BadSetting
from heliograph.kit.logs import Hiding
from heliograph.kit.spans import send_to

SENTRY, COLLECTOR = "HELIOGRAPH_SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT"


def begin() -> None:
    """Set up what the environment names; BadSetting where its packages are not installed."""
    if dsn := read.text(SENTRY):
        _tell_faults(dsn)
    if read.text(COLLECTOR):
        # They are read by OpenTelemetry itself, from the environment alone.
        read.env.keep(COLLECTOR, "OTEL_EXPORTER_OTLP_HEADERS")
        _send_spans()


def _tell_faults(dsn: str) -> None:
    sentry, of_celery, of_django, of_logs = (
        _package(SENTRY, f"sentry_sdk{name}")
        for name in ("", ".integrations.celery", ".integrations.django", ".integrations.logging")
    )
    hide = Hiding(secrets_of())
    sentry.init(
        dsn=dsn,
        release=heliograph.__version__,
        send_default_pii=False,
        max_request_body_size="never",
        # Values of variables may be anybody's secret.
        include_local_variables=False,
        auto_enabling_integrations=False,
        integrations=[
            of_django.DjangoIntegration(),
            of_celery.CeleryIntegration(),
            of_logs.LoggingIntegration(),
        ],
        before_send=lambda event, _: hidden(event, hide),
        before_breadcrumb=lambda crumb, _: hidden(crumb, hide),
    )


def _send_spans() -> None:
    trace, exporting = _package(COLLECTOR, "opentelemetry.sdk.trace"), "opentelemetry.sdk.trace.export"
    otlp = _package(COLLECTOR, "opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resource = _package(COLLECTOR, "opentelemetry.sdk.resources").Resource.create(
        {"service.name": "heliograph", "service.version": heliograph.__version__}
    )
    provider = trace.TracerProvider(resource=resource)
    provider.add_span_processor(_package(COLLECTOR, exporting).BatchSpanProcessor(otlp.OTLPSpanExporter()))
    send_to(provider.get_tracer("heliograph"))


def hidden(value: Any, hide: Hiding) -> Any:
    """The same value, with secrets taken out of all texts in it."""
    match value:
        case str():
            return hide(value)
        case dict():
            return {name: hidden(one, hide) for name, one in value.items()}
        case list() | tuple():
            return [hidden(one, hide) for one in value]
    return value


def _package(setting: str, name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as fault:
        raise BadSetting(
            f"{setting} is set, and {name} is not installed; install requirements/tracing.txt."
        ) from fault
