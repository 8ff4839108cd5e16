"""How the programs run, and what they say of it."""

from heliograph.config.declared.setting import Kind, Section, Setting

RUNNING = Section(
    "Running",
    (
        Setting(
            "HELIOGRAPH_PRODUCTION",
            "1 refuses to start with what is unsafe where others can reach it; `heliograph check --deploy` "
            "tells what that is.",
            Kind.FLAG,
            default="0",
        ),
        Setting(
            "HELIOGRAPH_DEBUG",
            "1 shows errors in full on the page; never where others can reach it.",
            Kind.FLAG,
            default="0",
        ),
        Setting("HELIOGRAPH_LOG_LEVEL", "`DEBUG`, `INFO`, `WARNING` or `ERROR`.", default="INFO"),
        Setting(
            "HELIOGRAPH_LOG_FORMAT",
            "`text`, or `json`: an object a line, with the ids of request, task and signal.",
            default="text",
        ),
        Setting(
            "HELIOGRAPH_LOG_FILE",
            "A file that log lines are added to; it is opened anew when it was put aside, as logrotate does.",
            Kind.PATH,
            without="standard error, which journald keeps",
        ),
        Setting(
            "HELIOGRAPH_ACCESS_LOG",
            "1 logs a line for each request to a web process.",
            Kind.FLAG,
            default="0",
        ),
        Setting(
            "HELIOGRAPH_SENTRY_DSN",
            "The address of a project of Sentry, which is told of faults; needs `requirements/tracing.txt`.",
            Kind.URL,
            is_secret=True,
        ),
        Setting(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "A collector of OpenTelemetry (OTLP by http), which gets spans of requests and tasks; needs "
            "`requirements/tracing.txt`. Its other settings, `OTEL_...`, are heeded as well.",
            Kind.URL,
        ),
        Setting(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "What that collector wants to let us in, `name=value` with commas between them.",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_TRACEBACK",
            "1 shows where a fault of ours happened, not only a sentence.",
            Kind.FLAG,
            default="0",
        ),
    ),
)
