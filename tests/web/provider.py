"""An identity provider on loopback: discovery, code with PKCE, signed ID tokens, sign-out. Whoever comes is signed in."""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "campaign-runner", "a client's secret"


class Provider:
    """`person` are the claims of whoever signs in next; `spoil` changes the claims of a token, or its key."""

    def __init__(self):
        self.key, self.other_key = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})
        self.person = {"sub": "u-1", "email": "ana@example.com", "email_verified": True, "groups": ["HR"]}
        self.spoil, self.foreign_key, self.codes, self.issuer = {}, False, {}, ""

    def get(self, path, query):
        if path == "/.well-known/openid-configuration":
            return 200, {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                         "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                         "end_session_endpoint": f"{self.issuer}/sign-out"}  # fmt: skip
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/sign-out":
            return 303, query["post_logout_redirect_uri"]
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return 303, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form, authorization):
        asked = self.codes.pop(form["code"])
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        known = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        assert (asked["code_challenge_method"], challenge) == ("S256", asked["code_challenge"])
        assert known[0] == CLIENT
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        key = self.other_key if self.foreign_key else self.key
        id_token = jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, **self.person, **self.spoil}, key)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": id_token}


@contextmanager
def running():
    """The provider, at `issuer`."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._answer(*provider.get(parts.path, query))

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(form, self.headers.get("Authorization", "")))

        def _answer(self, status, body):
            self.send_response(status)
            if isinstance(body, str):
                self.send_header("Location", body)
                body = {}
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
