"""The web application, for an ASGI server: pages and API by Django, the stream of events before it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
django = get_asgi_application()

# Only now: it reads settings.
from heliograph.web.stream.serve import EventStream  # noqa: E402

application = EventStream(django)
