"""Settings, from environment variables `SESSION_HISTORY_…` and a `.env` file; each is checked.

Nothing else in the project reads the environment.
"""

import os
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from strawberry.http.websocket_origin import normalize_allowed_origins

from execution.layers import ALL_LAYERS, Layer, layers_named
from execution.trusted import read_manifest
from mail.addresses import one_address
from mail.carrier import MailServer, Security
from models.database import engine_of, sqlite_path
from models.sealing import BadKeys, Keyring, parse_keys
from resolvers.accounts.policy import AccessPolicy
from server.identity_provider.addresses import issuer_address, keys_address

PREFIX: Final = "SESSION_HISTORY_"


_PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}


class WrongSetting(Exception):
    """A setting that the server cannot start with; the message names it."""


def _processors_to_spare() -> int:
    # Whoever asks for a page meanwhile finds one that makes no PDF.
    processors = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    return max(1, min(2, (processors or 1) - 1))


def _known_engine(url: str) -> str:
    engine_of(url)
    return url


def _usable_keys(keys: SecretStr | None) -> SecretStr | None:
    if keys is not None:
        parse_keys(keys.get_secret_value())
    return keys


def _origins(given: object) -> object:
    """Origins as browsers write them; a list, never a pattern."""
    if not isinstance(given, str):
        return given
    listed = [one.strip() for one in given.split(",") if one.strip()]
    if "*" in given:
        raise ValueError("name each origin; '*' is none")
    return tuple(sorted(normalize_allowed_origins(listed)))


def _manifest(path: Path | None) -> Path | None:
    if path is not None:
        read_manifest(path)
    return path


def public_address(text: str) -> str:
    """An address of ours as others reach it, without a slash at its end.

    Raises:
        ValueError: it is no address of the web, or more than one.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("it is an address as https://history.example.com")
    return text.rstrip("/")


def _host(text: str) -> str:
    if not text.isprintable() or any(one in text for one in " /@") or not text:
        raise ValueError("it is the name or address of a host, as smtp.example.com")
    return text


def _with_manifest(only: bool, info: ValidationInfo) -> bool:
    if only and info.data.get("persisted_documents") is None:
        raise ValueError(f"{PREFIX}PERSISTED_DOCUMENTS must name the documents")
    return only


def _for_the_dearest(capacity: int, info: ValidationInfo) -> int:
    dearest = info.data.get("max_cost", 0)
    if 0 < capacity < dearest:
        raise ValueError(f"a document may cost {dearest}, so at least that much must be available")
    return capacity


class Settings(BaseSettings):
    """How the server runs. README.md has the same table for people."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    database_url: Annotated[str, AfterValidator(_known_engine)] = Field(
        default="sqlite:///session-history.db",
        description="Where the record is kept: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    database_pool_size: int = Field(
        default=4,
        ge=1,
        le=100,
        description="PostgreSQL: the most connections of one worker that write, and the "
        "most that read.",
    )
    database_busy_seconds: float = Field(
        default=25,
        gt=0,
        le=600,
        description="How long a write waits for what another one holds.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port; 0 picks a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="How many processes answer requests.")
    graphiql: bool = Field(
        default=True,
        description="Whether a browser gets GraphiQL at /graphql and at /portal/graphql.",
    )
    sign_up: bool = Field(default=True, description="Whether anybody may make an account.")
    sign_in_idle_minutes: int = Field(
        default=30, ge=5, le=1440, description="How long a sign-in lasts when it is not used."
    )
    sign_in_hours: int = Field(
        default=12, ge=1, le=720, description="How long a sign-in lasts in any case."
    )
    sign_ins_per_network: int = Field(
        default=100, ge=1, description="How often an hour one network may try to sign in."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        default=(),
        description="Origins, separated by commas, whose pages may ask besides our own.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks, by commas, whose X-Forwarded-For is believed.",
    )
    receive_seconds: float = Field(
        default=10, gt=0, le=600, description="How long the whole of a request may take to arrive."
    )
    operation_seconds: float = Field(
        default=30, gt=0, le=600, description="How long an operation may take."
    )
    send_seconds: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="How long a client may read nothing of an answer before it is cut off.",
    )
    recheck_seconds: float = Field(
        default=30, gt=0, le=600, description="How often the token of an open socket is checked."
    )
    public_url: Annotated[str, AfterValidator(public_address)] | None = Field(
        default=None,
        description="Where links that we give out lead, if not to where the request came in.",
    )
    export_minutes: int = Field(
        default=60, ge=1, le=1440, description="How long the link of an export opens."
    )
    export_workers: int = Field(
        default_factory=_processors_to_spare,
        ge=1,
        le=16,
        description="How many processes of each worker make PDFs; by default one less than there "
        "are processors, 1 or 2.",
    )
    fast_path: Annotated[frozenset[Layer], NoDecode, BeforeValidator(layers_named)] = Field(
        default=ALL_LAYERS,
        description="Which shorter ways to an answer are taken: true for all, false for none, or "
        f"some of {', '.join(Layer)}, by commas. Answers are the same without: to find out where a "
        "fault lies.",
    )
    introspection: Literal["on", "authenticated", "off"] = Field(
        default="authenticated", description="Who may ask for the schema."
    )
    max_cost: int = Field(
        default=10_000, ge=1, le=1_000_000, description="How many objects an operation may ask for."
    )
    rate_capacity: Annotated[int, AfterValidator(_for_the_dearest)] = Field(
        default=50_000,
        ge=0,
        validate_default=True,
        description="How much cost one token may have at once; 0 for any.",
    )
    rate_restore: int = Field(
        default=1_000, ge=1, description="How much of it comes back each second."
    )
    persisted_documents: Annotated[Path | None, AfterValidator(_manifest)] = Field(
        default=None, description="A manifest of documents that run by their ids."
    )
    persisted_only: Annotated[bool, AfterValidator(_with_manifest)] = Field(
        default=False, description="Whether no other documents run."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged."
    )
    oidc_issuer: Annotated[str, AfterValidator(issuer_address)] | None = Field(
        default=None,
        description="OpenID Connect: the issuer whose access tokens are accepted beside ours.",
    )
    oidc_audience: str | None = Field(
        default=None,
        min_length=1,
        validate_default=True,
        description="OpenID Connect: what its tokens call us, the `aud` that they must carry.",
    )
    oidc_jwks_url: Annotated[str, AfterValidator(keys_address)] | None = Field(
        default=None,
        description="OpenID Connect: where its keys are, if not where its discovery says.",
    )
    oidc_read_only_scope: str | None = Field(
        default=None,
        pattern=r"^[!#-\[\]-~]+$",  # one scope, RFC 6749 (3.3)
        description="OpenID Connect: the scope of tokens that may only read, and no private notes.",
    )

    @field_validator("oidc_audience", "oidc_jwks_url", "oidc_read_only_scope")
    @classmethod
    def _goes_with_the_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        with_issuer = info.data.get("oidc_issuer") is not None
        if value is not None and not with_issuer:
            raise ValueError(f"it means nothing without {PREFIX}OIDC_ISSUER")
        if value is None and with_issuer and info.field_name == "oidc_audience":
            raise ValueError(f"it must be set together with {PREFIX}OIDC_ISSUER")
        return value

    @property
    def access_policy(self) -> AccessPolicy:
        """What of this the accounts need to know."""
        return AccessPolicy(
            sign_up=self.sign_up,
            idle_minutes=self.sign_in_idle_minutes,
            sign_in_hours=self.sign_in_hours,
            attempts_per_network=self.sign_ins_per_network,
            export_minutes=self.export_minutes,
        )

    deliver: bool = Field(
        default=True,
        description="Whether servers send mail; else `session-history deliver` has to run.",
    )
    mail_from: Annotated[str, AfterValidator(one_address)] | None = Field(
        default=None, description="The address that mail comes from."
    )
    mail_directory: Path | None = Field(
        default=None, description="Where mail is kept as files while there is no mail server."
    )
    smtp_host: Annotated[str, AfterValidator(_host)] | None = Field(
        default=None, description="The mail server."
    )
    smtp_security: Security = Field(
        default="starttls", description="How the connection to it is encrypted."
    )
    smtp_port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port, if not the usual one."
    )
    smtp_user: str | None = Field(
        default=None, min_length=1, description="The name that we sign in to it with."
    )
    smtp_password: SecretStr | None = Field(
        default=None, validate_default=True, description="The password to that name."
    )
    smtp_seconds: float = Field(
        default=20, gt=0, le=300, description="How long it may take for one step."
    )

    @field_validator("smtp_host")
    @classmethod
    def _goes_with_a_sender(cls, host: str | None, info: ValidationInfo) -> str | None:
        if host is not None and info.data.get("mail_from") is None:
            raise ValueError(f"{PREFIX}MAIL_FROM must be set too, and right")
        if host is not None and info.data.get("mail_directory") is not None:
            raise ValueError(f"with {PREFIX}MAIL_DIRECTORY set, mail goes into files; give one")
        return host

    @field_validator("smtp_port", "smtp_user", "smtp_password")
    @classmethod
    def _goes_with_the_server(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get("smtp_host") is None:
            raise ValueError(f"it means nothing without {PREFIX}SMTP_HOST")
        return value

    @field_validator("smtp_password", mode="after")
    @classmethod
    def _stays_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if (value is None) is not (info.data.get("smtp_user") is None):
            raise ValueError(f"it goes together with {PREFIX}SMTP_USER")
        if value is not None and info.data.get("smtp_security") == "none":
            raise ValueError(f"{PREFIX}SMTP_SECURITY=none would show it to the network")
        return value

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server; None when mail is kept as files."""
        if self.smtp_host is None:
            return None
        password = self.smtp_password
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port or _PORTS[self.smtp_security],
            security=self.smtp_security,
            seconds=self.smtp_seconds,
            user=self.smtp_user,
            password=None if password is None else password.get_secret_value(),
        )

    @property
    def mail_sender(self) -> str:
        """The address that mail comes from."""
        return self.mail_from or "session-history@localhost"

    @property
    def mail_files(self) -> Path:
        """Where mail is kept as files: as set, else beside the database, else right here."""
        if self.mail_directory is not None:
            return self.mail_directory
        if engine_of(self.database_url) == "sqlite":
            database = Path(sqlite_path(self.database_url))
            return database.with_name(f"{database.stem}-mail")
        return Path("session-history-mail")

    notes_keys: Annotated[SecretStr | None, AfterValidator(_usable_keys)] = Field(
        default=None,
        description="The keys that private notes are sealed with, as id:base64[,id:base64…], each "
        "of 32 bytes. The first seals, all of them open. Without keys the notes are plain text.",
    )
    notes_keys_file: Path | None = Field(
        default=None, description="A file with what NOTES_KEYS would say; give one of the two."
    )

    @field_validator("notes_keys_file")
    @classmethod
    def _readable(cls, path: Path | None, given: ValidationInfo) -> Path | None:
        if path is not None and given.data.get("notes_keys") is not None:
            raise ValueError(f"{PREFIX}NOTES_KEYS is given too, and there is one place for keys")
        _keys_in(path)
        return path

    def keyring(self) -> Keyring:
        """The keys of private notes, from wherever they are given; a file is read again.

        Raises:
            BadKeys: the file is not what it was when these settings were checked.
        """
        if self.notes_keys is not None:
            return Keyring(parse_keys(self.notes_keys.get_secret_value()))
        return _keys_in(self.notes_keys_file)


def _keys_in(path: Path | None) -> Keyring:
    if path is None:
        return Keyring()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadKeys(f"{path} cannot be read as text") from None
    return Keyring(parse_keys(text))


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        WrongSetting: one is not what it should be, or has a name that we do not know.
    """
    given = {*os.environ, *(dotenv_values(".env") if Path(".env").is_file() else ())}
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(n for n in given if n.upper().startswith(PREFIX) and n.upper() not in known)
    if unknown:
        raise WrongSetting(
            f"{unknown[0]} is no setting of ours. There are: {', '.join(sorted(known))}."
        )
    try:
        return Settings()
    except ValidationError as error:
        # Never the value: a database address may hold a password.
        first = error.errors(include_input=False, include_url=False)[0]
        name = f"{PREFIX}{first['loc'][0]}".upper()
        said = first["msg"].removeprefix("Value error, ")
        raise WrongSetting(f"{name} is wrong: {said}.") from None
