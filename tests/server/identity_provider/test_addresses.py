"""Which settings of an identity provider are accepted."""

import pytest

from server.identity_provider.addresses import discovery_address, have_one_origin
from server.settings import WrongSetting, read_settings

GOOD = [
    "https://id.example.com",
    "https://id.example.com/",
    "https://id.example.com:8443/realms/practice",
    "https://[2001:db8::1]/",
    "http://localhost:8080/realms/practice",
    "http://127.0.0.1:8080",
    "http://[::1]:8080",
]
WRONG = [
    "",
    "id.example.com",
    "https://",
    "https:///path",
    "http://id.example.com",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://0.0.0.0",
    "http://10.0.0.1",
    "ftp://localhost/",
    "file:///etc/passwd",
    "https://user:hunter2@id.example.com",
    "https://id.example.com#fragment",
    "https://id.exa\tmple.com",
    "https://id.example.com/\n",
    "https://id.example.com /",
    "https://id.example.com\\@evil.example",
    "https://id.example.com:0",
    "https://id.example.com:99999",
    "https://id.example.com:port",
    "https://[::1",
]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SESSION_HISTORY_DATABASE_URL", raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"SESSION_HISTORY_OIDC_{name}", value)


@pytest.mark.parametrize("address", GOOD)
def test_an_issuer_is_https_or_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    given(monkeypatch, ISSUER=address, AUDIENCE="session-history", JWKS_URL=f"{address}?p=1")

    settings = read_settings()

    assert (settings.oidc_issuer, settings.oidc_audience) == (address, "session-history")
    assert settings.oidc_jwks_url == f"{address}?p=1"
    assert settings.oidc_read_only_scope is None


@pytest.mark.parametrize("setting", ["ISSUER", "JWKS_URL"])
@pytest.mark.parametrize("address", WRONG)
def test_any_other_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, setting: str, address: str
) -> None:
    given(monkeypatch, ISSUER="https://id.example.com", AUDIENCE="session-history")
    given(monkeypatch, **{setting: address})

    with pytest.raises(WrongSetting, match=f"SESSION_HISTORY_OIDC_{setting} is wrong") as refusal:
        read_settings()
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("address", ["https://id.example.com?p=1", f"https://x/{'a' * 500}"])
def test_an_issuer_has_no_query_and_is_not_endless(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    given(monkeypatch, ISSUER=address, AUDIENCE="session-history")

    with pytest.raises(WrongSetting, match="SESSION_HISTORY_OIDC_ISSUER is wrong"):
        read_settings()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"ISSUER": "https://id.example.com"}, "AUDIENCE"),
        ({"ISSUER": "https://id.example.com", "AUDIENCE": ""}, "AUDIENCE"),
        ({"AUDIENCE": "session-history"}, "AUDIENCE"),
        ({"JWKS_URL": "https://id.example.com/keys"}, "JWKS_URL"),
        ({"READ_ONLY_SCOPE": "sessions:read"}, "READ_ONLY_SCOPE"),
        (
            {
                "ISSUER": "https://id.example.com",
                "AUDIENCE": "session-history",
                "READ_ONLY_SCOPE": "two scopes",
            },
            "READ_ONLY_SCOPE",
        ),
    ],
    ids=str,
)
def test_half_of_the_settings_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    given(monkeypatch, **settings)

    with pytest.raises(WrongSetting, match=f"SESSION_HISTORY_OIDC_{named} is wrong"):
        read_settings()


@pytest.mark.parametrize("issuer", ["https://id.example.com/a", "https://id.example.com/a/"])
def test_discovery_is_below_the_issuer(issuer: str) -> None:
    address = discovery_address(issuer)

    assert address == "https://id.example.com/a/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://id.example.com/keys", True),
        ("https://ID.example.com:443/keys", True),
        ("https://id.example.com:444/keys", False),
        ("https://id.example.com.evil.example/keys", False),
        ("https://sub.id.example.com/keys", False),
        ("http://localhost:443/keys", False),
    ],
)
def test_an_origin_is_a_scheme_a_host_and_a_port(other: str, *, same: bool) -> None:
    assert have_one_origin("https://id.example.com/a", other) is same
