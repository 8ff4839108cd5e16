"""The web application, for an ASGI server: pages and API by Django, the stream of events before it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
django = get_asgi_application()

# Only now: they read settings.
from django.conf import settings  # noqa: E402

from heliograph.web.bodies import MIB, BodyLimit  # noqa: E402
from heliograph.web.stream.serve import EventStream  # noqa: E402

# Django writes a body to disk before anybody looks at it: what is too large ends here.
application = BodyLimit(
    EventStream(django),
    most=10 * MIB,
    upload_paths=("/data/imports/upload", "/api/v1/imports"),
    # The names and borders of the parts come on top of the files.
    uploads=(settings.HELIOGRAPH_UPLOAD_MB + 1) * MIB,
)
