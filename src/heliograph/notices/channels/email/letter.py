"""A notice as a letter: the same one however often it is sent, so that mail programs show it once."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from heliograph.notices.attachments import Attachment
from heliograph.notices.message import Message

LONGEST_SUBJECT = 200


def letter(
    message: Message,
    *,
    sender: str,
    to: tuple[str, ...],
    picture: bytes | None,
    attachment: Attachment | None = None,
) -> bytes:
    """The letter as it goes over the line; its Message-ID depends on the notice alone."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(to)
    mail["Subject"] = " ".join(message.title.split())[:LONGEST_SUBJECT]
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    # RFC 3834: nobody's absence is answered to a machine.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Heliograph-Topic"] = message.topic
    mail.set_content(f"{message.title}\n\n{message.text}\n")
    if picture is not None:
        mail.add_attachment(picture, maintype="image", subtype="png", filename="signal.png")
    if attachment is not None:
        kind = attachment.kind.partition(";")[0]
        main, _, sub = kind.partition("/")
        mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    return mail.as_bytes()
