"""An identity provider on this machine: real keys, real HTTP, and tokens both good and forged."""

import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from jwt.utils import base64url_encode

from tests.practice import NOW

AUDIENCE: Final = "session-history"
DISCOVERY: Final = "/.well-known/openid-configuration"
JWKS: Final = "/keys"

Signer = Callable[[bytes], bytes]

_numbers = count(1)


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
    """What is answered under a path once `held_until` is set; `asked` is set before."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    held_until: threading.Event | None = None
    asked: threading.Event = field(default_factory=threading.Event)


class Provider:
    """A running provider that publishes the keys `rsa`, `ec` and `ed`, and counts its requests.

    Its `subject` is nobody else's: the next provider may get the same port of this machine, and so
    the same issuer, and tests share a database.
    """

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.subject = f"auth0|ada-{next(_numbers)}"
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
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": self.subject,
            "iat": at,
            "exp": at + 300,
        }
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


def self_signed(path: Path) -> Path:
    """A certificate for this machine that nobody vouches for, and its key, in a file."""
    key, name = private_key("ec"), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now, address = datetime.now(UTC), x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + pem)
    return path


@contextmanager
def running_provider(*, certificate: Path | None = None) -> Iterator[Provider]:
    """A provider that answers until the block ends, over HTTPS when it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.requests.append(self.path)
            answer = provider.answers.get(self.path, Answer(status=404))
            answer.asked.set()
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
    provider = Provider(f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}")
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
