"""What does each answer of Tango mean for us?  One table: (HTTP status, i18nKey or exception) -> Outcome.

Source: tango-api.md, "Errors" and "Idempotency". Tango's i18nKey decides, for neither the HTTP status (a frozen
account, 404.142, comes as 422) nor `code` (not unique) can be relied on. Without any key the HTTP status decides. A
key that is not in the table is UNKNOWN, unless the status itself says that the same request may be repeated (429,
5xx) or the answer is a 422 that names the lines it is about.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable, Iterator

import httpx

from campaign_runner.model import Outcome as O
from campaign_runner.tango.wire import TooLarge

_CONFIGURATION = (
    "403.001 403.007 403.008 403.021 403.017 403.018 403.020 404.002 404.003 404.004 404.015 404.016 404.020 404.089 "
    "404.096 404.142 422.004 422.156 428.001"
)
_ROW = (
    "422.006 422.007 422.009 422.024 422.025 422.026 422.027 422.028 422.029 422.030 422.031 422.059 422.097 422.098 "
    "422.099 422.105 422.110 422.111 422.124 422.125 422.126 422.127 422.128 422.129 422.130 422.131 422.132 422.133 "
    "422.134 422.135 422.140 422.147 422.162 422.164 422.166 422.167 422.168 422.169 422.501"
)

BY_KEY: dict[str, O] = {
    **dict.fromkeys(_CONFIGURATION.split(), O.STOP_CONFIGURATION),
    **dict.fromkeys(_ROW.split(), O.REFUSED),
    "402.001": O.STOP_FUNDS,
    "403.016": O.STOP_FRAUD,
    **dict.fromkeys(("400.001", "400.009", "400.501", "415.001", "422.001"), O.STOP_BUG),
    "409.001": O.IN_PROCESS,
    "409.002": O.IN_PROCESS,
    "409.024": O.EXISTS,
    **dict.fromkeys(("502.001", "503.035", "503.501", "503.502"), O.RETRY),
    **dict.fromkeys(("503.002", "503.042"), O.LATER),
}

# A look-up alone may say "not found"; after a POST these keys are unknown.
BY_KEY_OF_A_LOOK_UP: dict[str, O] = dict.fromkeys(("404.005", "404.017", "404.110"), O.NOT_FOUND)

BY_FAMILY: dict[str, O] = {"401": O.STOP_CONFIGURATION, "429": O.THROTTLED, "500": O.RETRY}

# Only where the answer carries no key at all (HTML of a proxy, an empty body): what HTTP itself says.
# Whatever key such an answer has, or none: a person must act.
NOT_ALLOWED = (401, 403)
STOPS = (O.STOP_CONFIGURATION, O.STOP_FUNDS, O.STOP_FRAUD, O.STOP_BUG)
BY_STATUS: dict[int, O] = {
    400: O.STOP_BUG,
    401: O.STOP_CONFIGURATION,
    402: O.STOP_FUNDS,
    403: O.STOP_CONFIGURATION,
    405: O.STOP_CONFIGURATION,
    407: O.STOP_CONFIGURATION,
    408: O.RETRY,
    409: O.EXISTS,
    413: O.TOO_LARGE,
    415: O.STOP_BUG,
    422: O.REFUSED,
    429: O.THROTTLED,
}

# The first that matches. Whatever broke after the first byte may have been placed.
BY_EXCEPTION: tuple[tuple[type[Exception], O, str], ...] = (
    (httpx.ConnectTimeout, O.NOT_CONNECTED, "no connection within the time allowed"),
    (httpx.ConnectError, O.NOT_CONNECTED, "no connection"),
    (httpx.PoolTimeout, O.NOT_CONNECTED, "no free connection within the time allowed"),
    (httpx.ProxyError, O.NOT_CONNECTED, "the proxy refused the connection"),
    (httpx.UnsupportedProtocol, O.STOP_CONFIGURATION, "the address is neither http nor https"),
    (
        httpx.LocalProtocolError,
        O.STOP_CONFIGURATION,
        "the request cannot be put into HTTP: check address, credentials",
    ),
    (httpx.WriteTimeout, O.RETRY, "the request could not be sent within the time allowed"),
    (httpx.ReadTimeout, O.RETRY, "no complete answer within the time allowed"),
    (httpx.WriteError, O.RETRY, "the connection was cut while sending"),
    (httpx.ReadError, O.RETRY, "the connection was cut while reading the answer"),
    (httpx.RemoteProtocolError, O.RETRY, "the connection was cut, or the answer is not HTTP"),
    (TooLarge, O.RETRY, "the answer is larger than any answer of Tango"),
    (httpx.DecodingError, O.RETRY, "the answer cannot be unpacked"),
    (httpx.HTTPError, O.RETRY, "the exchange was interrupted"),
)

# Why there is no connection, by what the system says. The first that matches.
BY_CAUSE: tuple[tuple[type[BaseException], O, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        O.STOP_CONFIGURATION,
        "the server's certificate cannot be trusted, so nothing was sent to it",
    ),
    (ssl.SSLError, O.NOT_CONNECTED, "no secure connection (TLS): the server there does not support it"),
    (socket.gaierror, O.NOT_CONNECTED, "this name cannot be found (DNS): check base_url and the network"),
    (ConnectionRefusedError, O.NOT_CONNECTED, "the connection was refused: nothing listens at this address and port"),
    (ConnectionResetError, O.NOT_CONNECTED, "the connection was cut before it was established"),
    (OSError, O.NOT_CONNECTED, "the network cannot reach this address"),
)

# When one answer carries several keys, the first of these wins: what stops the run outweighs what concerns a line.
PRECEDENCE = (
    O.STOP_CONFIGURATION, O.STOP_FUNDS, O.STOP_FRAUD, O.STOP_BUG, O.IN_PROCESS, O.EXISTS, O.THROTTLED, O.RETRY,
    O.UNKNOWN, O.LATER, O.TOO_LARGE, O.LINES_REFUSED, O.REFUSED, O.NOT_FOUND,
)  # fmt: skip

_BODY = re.compile(r"\b(line ?items?|payload|body|batch|request (size|entity))\b", re.IGNORECASE)
_SIZE = re.compile(r"\b(too (large|many|big|long)|maximum|exceed\w*|at most|limit)\b", re.IGNORECASE)


def of_answer(
    method: str, status: int, keys: Iterable[str], *, names_lines: bool = False, message: str = ""
) -> tuple[O, str]:
    """The outcome of an HTTP answer that is not 2xx, and the key that decided ("" = none did).

    `keys` are all i18nKeys in it, `method` is GET or POST, `names_lines` says whether lines that we sent are named.
    """
    meanings = [(_of_key(method, status, key, names_lines), key) for key in keys if key]
    outcome, key = min(meanings or [(_of_status(method, status), "")], key=lambda pair: PRECEDENCE.index(pair[0]))
    if outcome is O.REFUSED and names_lines:
        return O.LINES_REFUSED, key
    if outcome in (O.STOP_BUG, O.REFUSED, O.UNKNOWN) and _too_large(status, message):
        return O.TOO_LARGE, key
    return outcome, key


def of_exception(error: Exception) -> tuple[O, str]:
    """The outcome of an exchange without an answer, and what happened in plain words."""
    if isinstance(error, httpx.ConnectError):
        why = list(_causes(error))
        for kind, outcome, words in BY_CAUSE:
            if any(isinstance(cause, kind) for cause in why):
                return outcome, words
    return next((outcome, words) for kind, outcome, words in BY_EXCEPTION if isinstance(error, kind))


def _of_key(method: str, status: int, key: str, names_lines: bool) -> O:
    known = BY_KEY.get(key) or BY_FAMILY.get(key.partition(".")[0])
    if status in NOT_ALLOWED:
        return known if known in STOPS else O.STOP_CONFIGURATION
    if method == "GET" and key in BY_KEY_OF_A_LOOK_UP:
        return BY_KEY_OF_A_LOOK_UP[key]
    if known:
        return known
    if status == 422 and names_lines:
        return O.REFUSED
    return _of_status(method, status) if status == 429 or status >= 500 else O.UNKNOWN


def _of_status(method: str, status: int) -> O:
    if status >= 500:
        return O.RETRY
    if status == 404 and method == "POST":
        return O.STOP_CONFIGURATION  # nobody lives at this address: base_url is wrong
    return BY_STATUS.get(status, O.UNKNOWN)


def _too_large(status: int, message: str) -> bool:
    return status == 413 or (status in (400, 422) and bool(_BODY.search(message) and _SIZE.search(message)))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
