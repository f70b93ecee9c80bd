"""What does the identity provider say?  OpenID Connect with Authlib: discovery, code with PKCE, a signed ID token."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.oidc.core import CodeIDToken
from httpx import URL, HTTPError
from httpx import get as fetch
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from campaign_runner.model.errors import StateError

with warnings.catch_warnings():  # it prefers httpx2; httpx is what the rest of the program has, and serves as well
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

# Never "none", and never a key that both sides share.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
KEPT_SECONDS, TIMEOUT, LEEWAY = 3600.0, 10.0, 60
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass
class IdentityProvider:
    """One provider, as [server.oidc] names it; what it says of itself is kept for an hour."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    _known: dict[str, Any] | None = None
    _until: float = 0.0

    def address(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser is sent to sign in; it comes back to `back`. Raises StateError."""
        where, _ = self._client(back).create_authorization_url(
            self.metadata()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
        return str(where)

    def claims(self, back: str, code: str, nonce: str, verifier: str) -> tuple[dict[str, Any], str]:
        """Who signed in, as a token says that is theirs, for us, fresh and signed; and the token. Raises StateError."""
        try:
            with self._client(back) as client:
                token = client.fetch_token(self.metadata()["token_endpoint"], code=code, code_verifier=verifier)
            keys = KeySet.import_key_set(_fetched(self.metadata()["jwks_uri"]))
            id_token = str(token.get("id_token", ""))
            read = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            claims_read = CodeIDToken(
                read.claims, read.header, self._rules(), {"nonce": nonce, "client_id": self.client_id}
            )
            claims_read.validate(leeway=LEEWAY)
        except (AuthlibBaseError, JoseError, HTTPError, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from None
        return dict(read.claims), id_token

    def sign_out_address(self, back: str, id_token: str) -> str:
        """Where a browser is sent to sign out there as well; "" where the provider does not know that."""
        try:
            where = str(self.metadata().get("end_session_endpoint", ""))
        except StateError:
            return ""
        if not where:
            return ""
        asked = {"post_logout_redirect_uri": back, "client_id": self.client_id, "id_token_hint": id_token}
        return str(URL(where).copy_merge_params(asked))

    def metadata(self) -> dict[str, Any]:
        """What the provider says of itself; raises StateError."""
        if self._known is None or time.monotonic() > self._until:
            try:
                known = _fetched(f"{self.issuer}/.well-known/openid-configuration")
            except (HTTPError, ValueError) as error:
                raise self._unusable(error) from None
            if str(known.get("issuer", "")).rstrip("/") != self.issuer or not all(
                known.get(name) for name in _NEEDED
            ):
                raise self._unusable(ValueError("its description names another issuer, or is incomplete"))
            self._known, self._until = known, time.monotonic() + KEPT_SECONDS
        return self._known

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id, self.client_secret or None, scope=self.scopes, redirect_uri=back, timeout=TIMEOUT,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            code_challenge_method="S256",
        )  # fmt: skip

    def _rules(self) -> dict[str, Any]:
        issuer = str(self.metadata()["issuer"])
        return {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": self.client_id}}

    def _unusable(self, error: Exception) -> StateError:
        return StateError(
            f"Signing in at {self.issuer} did not work ({type(error).__name__}). Try again; if it fails again, ask an "
            "administrator to compare [server] oidc with what the identity provider has."
        )


def _fetched(url: str) -> Any:
    """An object that the provider publishes; raises HTTPError, ValueError."""
    answer = fetch(url, timeout=TIMEOUT)
    answer.raise_for_status()
    if not isinstance(published := answer.json(), dict):
        raise ValueError("not an object")
    return published
