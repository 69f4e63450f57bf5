"""Settings, from environment variables `SESSION_HISTORY_…` and a `.env` file; each is checked.

Nothing else in the project reads the environment.
"""

import os
from pathlib import Path
from typing import Annotated, Final, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from execution.trusted import read_manifest
from models.database import engine_of

PREFIX: Final = "SESSION_HISTORY_"


class WrongSetting(Exception):
    """A setting that the server cannot start with; the message names it."""


def _known_engine(url: str) -> str:
    engine_of(url)
    return url


def _manifest(path: Path | None) -> Path | None:
    if path is not None:
        read_manifest(path)
    return path


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
        default=4, ge=1, le=100, description="PostgreSQL: the most connections of one worker."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port; 0 picks a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="How many processes answer requests.")
    graphiql: bool = Field(default=True, description="Whether a browser gets GraphiQL at /graphql.")
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
