"""Persisted documents: those that a front end was built with, known by their SHA-256."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from string import hexdigits
from typing import Any, Final

import orjson

_PREFIX: Final = "sha256:"
_SHA256_LENGTH: Final = 64


class BadManifest(ValueError):
    """A file that is no manifest; the message says why."""


class UnknownDocument(Exception):
    """An id that no document has. Apollo's clients know it by this message, and send the text."""

    code: Final = "PERSISTED_DOCUMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")


class TrustedDocuments:
    """The documents of a manifest."""

    def __init__(self, by_id: Mapping[str, str]) -> None:
        self._texts = frozenset(by_id.values())
        self._by_id = {**by_id, **{_hash(text): text for text in self._texts}}

    def __contains__(self, text: object) -> bool:
        return text in self._texts

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, identifier: object) -> str:
        """The document with this id: its SHA-256, after `sha256:` or bare, or the manifest's own.

        Raises:
            UnknownDocument: there is none.
        """
        if not isinstance(identifier, str):
            raise UnknownDocument
        found = self._by_id.get(identifier.removeprefix(_PREFIX))
        if found is None:
            raise UnknownDocument
        return found


def asked_for(document_id: object, extensions: Mapping[str, Any] | None) -> object:
    """The id of a persisted document in a request that may have one; None when it has none.

    `documentId` is how GraphQL over HTTP's appendix on persisted documents sends it, and
    `extensions.persistedQuery.sha256Hash` how Apollo's clients do.
    """
    if document_id is not None:
        return document_id
    persisted = (extensions or {}).get("persistedQuery")
    return persisted.get("sha256Hash") if isinstance(persisted, dict) else None


def read_manifest(path: Path) -> TrustedDocuments:
    """The documents of a manifest, in any of these forms.

    * a list of documents;
    * an object of documents by their ids, as graphql-codegen and relay-compiler write it;
    * `{"format": "apollo-persisted-query-manifest", "operations": [{"id": …, "body": …}]}`, as
      Apollo's generate-persisted-query-manifest writes it.

    Raises:
        BadManifest: it cannot be read, is none of these, or an SHA-256 in it is of another text.
    """
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadManifest(f"{path} cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise BadManifest(f"{path} is no JSON: {error}") from None
    by_id = _by_id(content, path)
    if not by_id:
        raise BadManifest(f"{path} has no documents")
    for identifier, text in by_id.items():
        if not isinstance(text, str) or not text.strip():
            raise BadManifest(f"{path} has something else than a document under {identifier!r}")
        if _is_sha256(identifier) and identifier.lower() != _hash(text):
            raise BadManifest(
                f"{path} has a document under {identifier!r} that has another SHA-256"
            )
    return TrustedDocuments({_bare(identifier): text for identifier, text in by_id.items()})


def _by_id(content: object, path: Path) -> dict[str, Any]:
    if isinstance(content, list):
        return {f"document {number}": text for number, text in enumerate(content, 1)}
    if not isinstance(content, dict):
        raise BadManifest(f"{path} is neither a list nor an object")
    if "operations" not in content:
        return {_bare(identifier): text for identifier, text in content.items()}
    operations = content["operations"]
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise BadManifest(f"{path} has 'operations' that are no list of objects")
    return {_bare(str(one.get("id"))): one.get("body") for one in operations}


def _bare(identifier: str) -> str:
    return identifier.removeprefix(_PREFIX)


def _is_sha256(identifier: str) -> bool:
    return len(identifier) == _SHA256_LENGTH and set(identifier) <= set(hexdigits)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
