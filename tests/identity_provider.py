"""An identity provider on this machine: real keys, real HTTP, and tokens both good and forged."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.utils import base64url_encode

from tests.practice import NOW

AUDIENCE: Final = "session-history"
SUBJECT: Final = "auth0|ada"
DISCOVERY: Final = "/.well-known/openid-configuration"
JWKS: Final = "/keys"

Signer = Callable[[bytes], bytes]


@cache
def private_key(name: str) -> Any:
    """A key of the kind that its name begins with, made once for all tests."""
    match name.split(" ", maxsplit=1)[0]:
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "short":
            return rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case "curve384":
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def public_jwk(name: str, **more: Any) -> dict[str, Any]:
    """A key as a provider publishes it; its name is its id."""
    key = private_key(name)
    algorithm = {"rsa": "RS256", "short": "RS256", "ec": "ES256", "curve384": "ES384"}
    made = jwt.get_algorithm_by_name(algorithm.get(name.split(" ", maxsplit=1)[0], "EdDSA"))
    return {**made.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig", **more}


def signer(name: str, algorithm: str) -> Signer:
    """Signs with one of the keys, as `algorithm` has it."""
    made, key = jwt.get_algorithm_by_name(algorithm), private_key(name)
    return lambda message: made.sign(message, key)


def assembled(
    header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, sign: Signer
) -> str:
    """A token of these very parts, whether or not they make sense."""
    parts = [
        base64url_encode(part if isinstance(part, bytes) else json.dumps(part).encode())
        for part in (header, claims)
    ]
    message = b".".join(parts)
    return b".".join([message, base64url_encode(sign(message))]).decode()


@dataclass
class Answer:
    """What the provider answers under a path; `held_until` keeps it waiting."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    held_until: threading.Event | None = None


class Provider:
    """A running provider that publishes the keys `rsa`, `ec` and `ed`, and counts its requests."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.requests: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.publish(public_jwk("rsa"), public_jwk("ec"), public_jwk("ed"))
        self.discover(issuer=address, jwks_uri=f"{address}{JWKS}")

    @property
    def fetches(self) -> int:
        """How often the keys were asked for."""
        return self.requests.count(JWKS)

    def publish(self, *keys: Any) -> None:
        """Answer with these keys from now on."""
        self.answers[JWKS] = Answer(json.dumps({"keys": keys}).encode())

    def discover(self, **document: Any) -> None:
        """Answer with this discovery document from now on."""
        self.answers[DISCOVERY] = Answer(json.dumps(document).encode())

    def claims(self, *, now: datetime = NOW, without: str = "", **changed: Any) -> dict[str, Any]:
        """What a good token claims at `now`, with changes."""
        at = int(now.timestamp())
        claims = {"iss": self.issuer, "aud": AUDIENCE, "sub": SUBJECT, "iat": at, "exp": at + 300}
        return {name: value for name, value in {**claims, **changed}.items() if name != without}

    def token(
        self,
        *,
        kid: str = "rsa",
        algorithm: str = "RS256",
        header: Mapping[str, Any] | None = None,
        signed_by: Signer | None = None,
        **claims: Any,
    ) -> str:
        """A good token, with changes to its claims, its header, or whoever signed it."""
        return assembled(
            {"typ": "at+jwt", "alg": algorithm, "kid": kid, **(header or {})},
            self.claims(**claims),
            signed_by or signer(kid, algorithm),
        )


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider that answers over HTTP until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.requests.append(self.path)
            answer = provider.answers.get(self.path, Answer(status=404))
            if answer.held_until is not None:
                answer.held_until.wait(10)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                chunks = [answer.body] if isinstance(answer.body, bytes) else answer.body
                for chunk in chunks:
                    self.wfile.write(chunk)
                    self.wfile.flush()
            except ConnectionError:
                pass  # whoever asked had enough

        def log_message(self, *_arguments: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
