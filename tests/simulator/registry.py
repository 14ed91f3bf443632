# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry client needs to log in: /v2/ and its challenge, /service/token and its tokens."""
from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
import secrets
import string
import time
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .access import Call
from .errors import HarborError, bad_request, not_found, unauthorized
from .identity import Identity
from .messages import DIGEST, JSON_UTF8, Answer, Request, ok, text
from .state import State

SERVICE = "harbor-registry"
ISSUER = "harbor-token-issuer"
LEEWAY = 60
VERBS = ("pull", "push", "delete", "scanner-pull")
_WORD = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_NAME = rf"(?:{_HOST}(?:\.{_HOST})*(?::[0-9]+)?/)?{_WORD}(?:/{_WORD})*"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REPOSITORY = re.compile(rf"/v2/({_NAME})/(?:(manifests|referrers)/(.*)|tags/list.*|blobs/(?:uploads[/a-zA-Z0-9\-_.=]*|({_DIGEST})))")
INDEX = "application/vnd.oci.image.index.v1+json"
_METHODS = {"POST": "push", "PATCH": "push", "PUT": "push", "GET": "pull", "HEAD": "pull", "DELETE": "delete"}


class TokenIdentity(Identity):
    """Whoever shows a registry token: it speaks for itself, whatever has become of its robot since."""

    kind = "v2token"

    def __init__(self, name: str, access: list[dict[str, Any]]) -> None:
        self.name = name
        self.authenticated = bool(name)
        self.access = access

    def may_pull(self, repository: str, action: str) -> bool:
        return any(item.get("name") == repository and action in item.get("actions", []) for item in self.access)


@cache
def _key() -> tuple[rsa.RSAPrivateKey, str]:
    """The key that signs tokens, made once, and the name by which a registry finds it among those it trusts: libtrust's fingerprint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    letters = base64.b32encode(hashlib.sha256(public).digest()[:30]).decode()
    return key, ":".join(letters[at:at + 4] for at in range(0, 48, 4))


@cache
def certificate() -> bytes:
    """What a registry has to trust to take the tokens (PEM), as Harbor's installer puts it beside its registry."""
    key, _key_id = _key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ISSUER)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - datetime.timedelta(days=1),
                                      now + datetime.timedelta(days=30))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def check_path(path: str) -> None:
    """What Harbor says of a registry's path before it asks who is there; raises HarborError."""
    match = _REPOSITORY.fullmatch(path)
    if match and match[3] and not re.search("[A-Za-z0-9_]", match[3]):
        raise not_found("invalid reference format")
    if match and "/" not in match[1]:
        raise bad_request(f"bad request: invalid repository name: {match[1]}")


class Registry:
    """Issues tokens and answers as the registry behind Harbor does."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._key, self._key_id = _key()

    def identity(self, request: Request) -> TokenIdentity | None:
        """Who a bearer token of ours speaks for."""
        if not request.bearer:
            return None
        try:
            claims = jwt.decode(request.bearer, self._key.public_key(), algorithms=["RS256"], audience=SERVICE, issuer=ISSUER,
                                leeway=LEEWAY)
        except jwt.InvalidTokenError:
            return None
        return TokenIdentity(str(claims.get("sub", "")), claims.get("access") or [])

    # --- /service/token -----------------------------------------------------------------------------------------------

    def token(self, call: Call) -> Answer:
        """Without a scope the caller has to be somebody; with one, nobody gets a token that allows what everybody may."""
        service = call.request.argument("service") or ""
        if service != SERVICE:
            escaped = service.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;").replace("'", "&#39;")
            return text(f"Unable to handle service: {escaped}", 400)
        scopes = [scope for key, value in call.request.query if key == "scope" for scope in value.split(" ")]
        if not call.identity.authenticated and not scopes:
            return Answer(401)
        access = [self._granted(call, scope) for scope in scopes if scope] or None
        minutes = int(call.state.settings["token_expiration"])
        moment = int(time.time())
        claims: dict[str, Any] = {"iss": ISSUER, "aud": SERVICE, "exp": moment + 60 * minutes, "nbf": moment, "iat": moment,
                                  "jti": "".join(secrets.choice(string.ascii_letters) for _letter in range(16)), "access": access}
        if call.identity.name:
            claims["sub"] = call.identity.name
        answer = {"token": jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id}), "access_token": "",
                  "expires_in": 60 * minutes, "issued_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))}
        return Answer(200, json.dumps(answer, indent=2).encode(), JSON_UTF8)

    def _granted(self, call: Call, scope: str) -> dict[str, Any]:
        """All that the caller has on what a scope names, whatever was asked of it."""
        kind, *rest = scope.split(":")
        name = ":".join(rest[:-1]) if len(rest) > 1 else "".join(rest)
        granted: list[str] = []
        if kind == "registry" and name == "catalog" and call.identity.administrator:
            granted = [verb for verb in rest[-1].split(",") if verb] if len(rest) > 1 else []
        project = call.state.project_named(name.partition("/")[0]) if kind == "repository" and "/" in name else None
        if project:
            granted = [verb for verb in VERBS if call.identity.may_in_project(call.state, project, "repository", verb)]
        return {"type": kind, "name": name, "actions": granted}

    # --- /v2/ ---------------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        """The API root answers who is logged in; there are no repositories."""
        path, request = call.request.path, call.request
        if path == "/v2/":
            if not call.identity.authenticated:
                raise self._challenge(call, "unauthorized")
            return Answer(200, b"{}", JSON_UTF8, {"Docker-Distribution-Api-Version": "registry/2.0"})
        if path == "/v2/_catalog" or path.startswith("/v2/_catalog/"):
            if not call.identity.may_in_system("catalog", "read"):
                raise self._challenge(call, "unauthorized to list catalog", basic=True)
            return Answer(200, b'{"repositories":[]}\n', JSON_UTF8)
        match = _REPOSITORY.fullmatch(path)
        action = _METHODS.get(request.method)
        if not match or not action:
            raise self._challenge(call, f"un-recognized request: {request.method} {path}", challenge="")
        repository = match[1]
        scope = f'scope="repository:{repository}:{"pull,push" if action == "push" else action}"'
        if "authorization" not in request.headers and request.method in ("GET", "HEAD"):
            raise self._challenge(call, "authorize header needed to send HEAD to repository", scope)
        if call.state.project_named(repository.partition("/")[0]) is None:
            raise self._challenge(call, f"project {repository.partition('/')[0]} not found", challenge="")
        if not self._may(call.state, call.identity, repository, action):
            raise self._challenge(call, f"unauthorized to access repository: {repository}, action: {action}", scope)
        if match[4] and request.method == "GET":  # the registry itself is asked for content, and has its own words
            errors = [{"code": "BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": match[4]}]
            return Answer(404, json.dumps({"errors": errors}, separators=(",", ":")).encode() + b"\n", JSON_UTF8,
                          {"Docker-Distribution-Api-Version": "registry/2.0"})
        if match[2] == "referrers" and request.method == "GET":
            return self._referrers(call, match[3])
        if match[2] == "manifests" and DIGEST.fullmatch(match[3]):
            raise HarborError("NOT_FOUND", f"artifact {repository}@{match[3]} not found")
        raise HarborError("NOT_FOUND", f"repository {repository} not found")

    def _referrers(self, call: Call, reference: str) -> Answer:
        """What refers to an artifact: nothing, which Harbor says of every digest."""
        if not DIGEST.fullmatch(reference):
            raise bad_request(f"unsupported digest {reference}: invalid checksum digest format")
        answer = ok({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, {"X-Total-Count": "0"})
        answer.kind = INDEX if call.version.names_referrers_an_index else JSON_UTF8
        return answer

    def _may(self, state: State, identity: Identity, repository: str, action: str) -> bool:
        if isinstance(identity, TokenIdentity):
            return identity.may_pull(repository, action)
        return identity.may_in_project(state, state.project_named(repository.partition("/")[0]), "repository", action)

    def _challenge(self, call: Call, message: str, scope: str = "", basic: bool = False, challenge: str | None = None) -> HarborError:
        """401 with how to log in: Basic for whoever sent credentials already, else where to get a token."""
        error = unauthorized(f"{message}: {message}")
        if challenge is None:
            host = call.request.headers.get("host", "")
            scheme = call.endpoint.partition("://")[0]
            base = f"{scheme}://{host}" if call.version.realm_follows_host and host else call.endpoint
            challenge = f'Bearer realm="{base}/service/token",service="{SERVICE}"' + (f",{scope}" if scope else "")
            if basic or "authorization" in call.request.headers:
                challenge = 'Basic realm="harbor"'
        error.headers = {"Docker-Distribution-Api-Version": "registry/2.0", "Www-Authenticate": challenge}
        return error
