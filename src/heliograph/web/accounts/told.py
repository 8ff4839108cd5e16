"""What a request changed, told to the audit trail."""

from django.http import HttpRequest

from heliograph.accounts.audit import record
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.asker import actor_of, asker_of


def tell(request: HttpRequest, action: str, subject: object = "", **details: object) -> None:
    """Record a change, in the transaction of the view; once a request.

    `action` is of the form `strategy.promote`, `subject` what was changed, by the name that people know.
    Never tell a secret.
    """
    record(actor_of(request), action, str(subject), details, at=utc_now())
    asker_of(request).recorded += 1
