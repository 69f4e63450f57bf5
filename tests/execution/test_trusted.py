"""Manifests as front ends' tools write them, and finding a document by its id."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from execution.trusted import (
    BadManifest,
    TrustedDocuments,
    UnknownDocument,
    asked_for,
    read_manifest,
)

ONE, TWO = "query One { viewer { id } }", "query Two { viewer { name } }"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(folder: Path, content: object) -> TrustedDocuments:
    path = folder / "manifest.json"
    path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
    return read_manifest(path)


APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": sha256(ONE), "name": "One", "type": "query", "body": ONE},
        {"id": "two", "name": "Two", "type": "query", "body": TWO},
    ],
}
# graphql-codegen hashes with SHA-1 unless told otherwise, relay-compiler with MD5.
FORMS: dict[str, Any] = {
    "a list": [ONE, TWO],
    "by SHA-256": {sha256(ONE): ONE, sha256(TWO): TWO},
    "by SHA-256 with a prefix": {f"sha256:{sha256(ONE)}": ONE, sha256(TWO).upper(): TWO},
    "graphql-codegen": {"0" * 40: ONE, "1" * 40: TWO},
    "relay-compiler": {"0" * 32: ONE, "1" * 32: TWO},
    "Apollo": APOLLO,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_document_is_found_by_its_sha256_in_whatever_form_it_was_listed(
    form: str, tmp_path: Path
) -> None:
    trusted = manifest(tmp_path, FORMS[form])

    assert len(trusted) == 2
    for text in (ONE, TWO):
        assert trusted.text(sha256(text)) == text
        assert trusted.text(f"sha256:{sha256(text)}") == text
        assert text in trusted
    assert f"{ONE} " not in trusted


def test_the_ids_of_a_manifest_find_its_documents_too(tmp_path: Path) -> None:
    assert manifest(tmp_path, FORMS["relay-compiler"]).text("0" * 32) == ONE
    assert manifest(tmp_path, APOLLO).text("two") == TWO


@pytest.mark.parametrize("identifier", ["", "sha256:", "0" * 64, sha256(ONE)[:-1], 5, [], {}, True])
def test_an_unknown_id_is_answered_as_apollos_clients_expect(identifier: object) -> None:
    trusted = TrustedDocuments({"one": ONE})

    with pytest.raises(UnknownDocument, match=r"^PersistedQueryNotFound$") as refused:
        trusted.text(identifier)

    assert refused.value.code == "PERSISTED_DOCUMENT_NOT_FOUND"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        (5, "neither a list nor an object"),
        ([], "has no documents"),
        ({}, "has no documents"),
        ([ONE, 5], "something else than a document under 'document 2'"),
        ([""], "something else than a document"),
        ({"one": None}, "something else than a document under 'one'"),
        ({"one": {"text": ONE}}, "something else than a document under 'one'"),
        ({sha256(ONE): TWO}, "another SHA-256"),
        ({"operations": {}}, "no list of objects"),
        ({"operations": [ONE]}, "no list of objects"),
        ({"operations": [{"id": "one"}]}, "something else than a document under 'one'"),
        ({"operations": [{"id": sha256(ONE), "body": TWO}]}, "another SHA-256"),
    ],
)
def test_what_is_no_manifest_is_refused_with_a_reason(
    content: object, why: str, tmp_path: Path
) -> None:
    with pytest.raises(BadManifest, match=why):
        manifest(tmp_path, content)


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match="cannot be read: No such file"):
        read_manifest(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("document_id", "extensions", "expected"),
    [
        ("sha256:ab", None, "sha256:ab"),
        ("ab", {"persistedQuery": {"sha256Hash": "cd"}}, "ab"),
        (None, {"persistedQuery": {"version": 1, "sha256Hash": "cd"}}, "cd"),
        (None, {"persistedQuery": "cd"}, None),
        (None, {"persistedQuery": {}}, None),
        (None, {}, None),
        (None, None, None),
    ],
)
def test_the_id_is_where_the_appendix_or_apollo_puts_it(
    document_id: object, extensions: dict[str, Any] | None, expected: object
) -> None:
    assert asked_for(document_id, extensions) == expected
