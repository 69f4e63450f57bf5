"""Settings, from environment variables `SESSION_HISTORY_…` and a `.env` file; each is checked.

Nothing else in the project reads the environment.
"""

import os
from pathlib import Path
from typing import Annotated, Final, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from strawberry.http.websocket_origin import normalize_allowed_origins

from models.database import engine_of

PREFIX: Final = "SESSION_HISTORY_"


class WrongSetting(Exception):
    """A setting that the server cannot start with; the message names it."""


def _known_engine(url: str) -> str:
    engine_of(url)
    return url


def _origins(given: object) -> object:
    """Origins as browsers write them; a list, never a pattern."""
    if not isinstance(given, str):
        return given
    listed = [one.strip() for one in given.split(",") if one.strip()]
    if "*" in given:
        raise ValueError("name each origin; '*' is none")
    return tuple(sorted(normalize_allowed_origins(listed)))


class Settings(BaseSettings):
    """How the server runs. README.md has the same table for people."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    database_url: Annotated[str, AfterValidator(_known_engine)] = Field(
        default="sqlite:///session-history.db",
        description="Where the record is kept: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    database_pool_size: int = Field(
        default=4, ge=1, le=100, description="PostgreSQL: the most connections of one worker."
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
    graphiql: bool = Field(default=True, description="Whether a browser gets GraphiQL at /graphql.")
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
    recheck_seconds: float = Field(
        default=30, gt=0, le=600, description="How often the token of an open socket is checked."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged."
    )


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
        raise WrongSetting(f"{name} is wrong: {first['msg']}.") from None
