"""Settings that limit what is asked: what they come to, and which cannot be kept."""

from pathlib import Path

import pytest

from execution.layers import ALL_LAYERS, NO_LAYERS, Layer
from server.app import policy_of
from server.settings import PREFIX, WrongSetting, read_settings


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Sets what a test gives, where there is no .env file."""
    monkeypatch.chdir(tmp_path)
    Path("documents.json").write_text('["{ __typename }"]')
    Path("other.json").write_text("[")
    return monkeypatch


def test_without_any_strangers_may_not_introspect_and_rates_are_on(
    given: pytest.MonkeyPatch,
) -> None:
    policy = policy_of(read_settings())

    assert policy.introspection == "authenticated"
    assert policy.limits.cost == 10_000
    assert policy.rates is not None
    assert (policy.rates.capacity, policy.rates.restored_each_second) == (50_000, 1_000)
    assert (policy.trusted, policy.trusted_only) == (None, False)
    assert policy.layers == ALL_LAYERS


def test_settings_make_the_policy(given: pytest.MonkeyPatch) -> None:
    for name, value in {
        "INTROSPECTION": "off",
        "MAX_COST": "77",
        "RATE_CAPACITY": "0",
        "PERSISTED_DOCUMENTS": "documents.json",
        "PERSISTED_ONLY": "true",
        "FAST_PATH": "lane, Plans",
    }.items():
        given.setenv(PREFIX + name, value)

    policy = policy_of(read_settings())

    assert policy.introspection == "off"
    assert policy.limits.cost == 77
    assert policy.rates is None
    assert policy.trusted is not None
    assert "{ __typename }" in policy.trusted
    assert policy.trusted_only
    assert policy.layers == {Layer.LANE, Layer.PLANS}


@pytest.mark.parametrize(("value", "layers"), [("true", ALL_LAYERS), ("FALSE", NO_LAYERS)])
def test_all_layers_are_taken_or_none(
    given: pytest.MonkeyPatch, value: str, layers: frozenset[Layer]
) -> None:
    given.setenv(f"{PREFIX}FAST_PATH", value)

    assert policy_of(read_settings()).layers == layers


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PERSISTED_DOCUMENTS", "nowhere.json", "nowhere.json cannot be read"),
        ("PERSISTED_DOCUMENTS", "other.json", "other.json is no JSON"),
        ("PERSISTED_ONLY", "true", "PERSISTED_DOCUMENTS must name the documents"),
        ("RATE_CAPACITY", "9999", "a document may cost 10000"),
        ("RATE_CAPACITY", "-1", "greater than or equal to 0"),
        ("RATE_RESTORE", "0", "greater than or equal to 1"),
        ("MAX_COST", "0", "greater than or equal to 1"),
        ("FAST_PATH", "lane,sideways", "true, false, or some of requests, documents, lane"),
        ("FAST_PATH", "", "true, false, or some of requests, documents, lane"),
        ("INTROSPECTION", "maybe", "'on', 'authenticated' or 'off'"),
    ],
)
def test_one_that_cannot_be_kept_is_named_in_a_sentence(
    given: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    given.setenv(PREFIX + name, value)

    with pytest.raises(WrongSetting, match=f"^{PREFIX}{name} is wrong: .*{why}"):
        read_settings()


def test_a_higher_cost_needs_more_of_it_at_once(given: pytest.MonkeyPatch) -> None:
    given.setenv(f"{PREFIX}MAX_COST", "50001")

    with pytest.raises(WrongSetting, match=f"^{PREFIX}RATE_CAPACITY is wrong"):
        read_settings()
