"""Does something answer at an address, and how long is its certificate good for?"""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from campaign_runner.app.health.health_checks import Diagnosis

SECONDS = 5.0
# A certificate should be renewed so many days before it ends.
DAYS_LEFT = 14


def certificate(url: str, now: datetime, context: ssl.SSLContext | None = None) -> Diagnosis:
    """Of an https address: is it trusted, and for how long?"""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    subject, where = f"certificate {host}", f"{host}:{port}"
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=host) as secure,
        ):
            known = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        advice = (
            "Have the server's certificate renewed or its chain completed; behind a proxy of your own, trust its CA."
        )
        return Diagnosis(subject, False, f"it is not trusted: {error.verify_message}", advice, where)
    except OSError as error:
        found = f"nothing answers there ({_why(error)})"
        return Diagnosis(subject, False, found, "Check address, network and proxy.", where)
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(known["notAfter"])), UTC)
    days = (until - now).days
    advice = "" if days >= DAYS_LEFT else "Renew it, or see why it was not renewed by itself."
    return Diagnosis(subject, days >= DAYS_LEFT, f"good until {until:%Y-%m-%d}, {days} days from now", advice, where)


def answers(subject: str, host: str, port: int, advice: str) -> Diagnosis:
    """Does something take connections there?  Nothing is sent."""
    where = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), SECONDS):
            return Diagnosis(subject, True, "takes connections", "", where)
    except OSError as error:
        return Diagnosis(subject, False, f"nothing answers there ({_why(error)})", advice, where)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
