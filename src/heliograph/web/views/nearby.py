"""Who may change something while there are no accounts: whoever sits at this machine."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
REFUSED = (
    "Changes are taken from the machine itself alone, as there are no accounts: "
    "use the command line there, or a tunnel to its loopback address."
)


def nearby_only(view: View) -> View:
    """Refuse a request that comes from another machine."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        if not _is_loopback(request.META.get("REMOTE_ADDR", "")):
            return HttpResponse(REFUSED, status=403, content_type="text/plain; charset=utf-8")
        return view(request, *args, **named)

    return guarded


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        # A Unix socket has no address: whoever reaches it is on this machine.
        return not address
