"""The web application, for an ASGI server: pages and API by Django, the stream of events before it."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
django.setup(set_prefix=False)

# Only now: they read settings.
from django.conf import settings  # noqa: E402

from heliograph.workers.refusing import BOOT_ERROR, refuse_here  # noqa: E402

if settings.HELIOGRAPH_PRODUCTION:
    # By this code Gunicorn knows that another try would end the same.
    refuse_here("settings", code=BOOT_ERROR)

from heliograph.web.bodies import MIB, BodyLimit  # noqa: E402
from heliograph.web.handler import FewThreadsHandler, with_static_files  # noqa: E402
from heliograph.web.named_requests import NamedRequests  # noqa: E402
from heliograph.web.stream.serve import EventStream  # noqa: E402

pages = with_static_files(FewThreadsHandler())
# Django writes a body to disk before anybody looks at it: what is too large ends before.
limited = BodyLimit(
    pages,
    most=10 * MIB,
    upload_paths=("/data/imports/upload", "/api/v1/imports"),
    # The names and borders of the parts come on top of the files.
    uploads=(settings.HELIOGRAPH_UPLOAD_MB + 1) * MIB,
)
# Before all that answers, since it cuts off the connections of those who take nothing: they are the
# server's own.
application = NamedRequests(EventStream(limited))
# What was loaded stays: to look through it again and again for garbage would hold up everybody for 0.3 s.
gc.collect()
gc.freeze()
