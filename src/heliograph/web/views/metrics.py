"""What Heliograph measured, for Prometheus to scrape."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from heliograph.kit.clock import utc_now
from heliograph.monitor.kept import kept_for_scrape
from heliograph.web.accounts.access import needs, open_before_accounts


@require_safe
@never_cache
@needs("viewer")
@open_before_accounts
def metrics(request: HttpRequest) -> HttpResponse:
    """The measures of the newest looks that were kept. Nothing is measured for whoever asks."""
    # Loaded when somebody scrapes, and not into every web process.
    from heliograph.monitor.exposition import CONTENT_TYPE, exposition

    return HttpResponse(exposition(kept_for_scrape(at=utc_now())), content_type=CONTENT_TYPE)
