"""Send a message by mail, in plain text."""

import re
import smtplib
import ssl
from email.message import EmailMessage

from harness.web.team.messages.config import MailServer
from harness.web.team.messages.destination import DestinationError
from leaderboard.errors import TeamError
from leaderboard.safe_text import shorten

TIMEOUT_S = 10.0
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


def valid_mail_address(text: str) -> str:
    """Return the stripped address. Raises TeamError unless it looks like a mail address.

    >>> valid_mail_address(" ann@lab.example ")
    'ann@lab.example'
    """
    text = text.strip()
    if len(text) > 254 or not _ADDRESS.fullmatch(text):
        raise TeamError("this is no mail address; write one such as ann@lab.example")
    return text


def send_mail(server: MailServer, address: str, subject: str, text: str) -> None:
    """Send a mail. Raises DestinationError if the server does not take it.

    A name and a password are sent only over TLS.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, address, shorten(subject, 150)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        with _connect(server) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise DestinationError(f"the mail server did not take the message ({type(error).__name__})") from None


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.is_tls:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    connection.ehlo()
    if server.user or connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
    return connection
