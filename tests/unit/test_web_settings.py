"""Nobody but this machine sees the page unless a token guards it."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from alerts.web.settings import WebSettings, host_name, is_allowed_host, is_loopback

TOKEN = "a-long-enough-token-for-tests"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_on_loopback_no_token_is_needed(host: str) -> None:
    assert WebSettings(host=host).token is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "vahti.example", "localhost.evil.example"])
def test_on_any_other_address_a_token_is_required_and_the_message_says_how(host: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WebSettings(host=host)
    assert "web.token" in str(refused.value)
    assert "127.0.0.1" in str(refused.value)
    assert WebSettings(host=host, token=SecretStr(TOKEN)).host == host


def test_a_short_token_is_refused_without_being_shown() -> None:
    with pytest.raises(ValidationError) as refused:
        WebSettings(token=SecretStr("lyhyt-salaisuus"))
    assert "secrets.token_urlsafe" in str(refused.value)
    assert "lyhyt-salaisuus" not in str(refused.value)


def test_the_token_is_in_no_repr() -> None:
    assert TOKEN not in repr(WebSettings(token=SecretStr(TOKEN)))


@pytest.mark.parametrize(
    ("header", "fine"),
    [
        ("127.0.0.1:8787", True),
        ("[::1]:8787", True),
        ("10.0.0.5", True),
        ("localhost:8787", True),
        ("Vahti.Example", True),
        ("vahti.example.", True),
        ("evil.example", False),
        ("vahti.example.evil.example", False),
        ("127.0.0.1.evil.example:8787", False),
        ("", False),
        ("[::1", True),
    ],
)
def test_only_our_names_and_addresses_are_answered(header: str, fine: bool) -> None:
    assert is_allowed_host(header, frozenset({"localhost", "vahti.example"})) is fine


def test_a_host_header_loses_its_port() -> None:
    assert host_name("VAHTI.example:443") == "vahti.example"


def test_a_name_is_not_loopback_because_it_looks_like_it() -> None:
    assert not is_loopback("127.0.0.1.evil.example")
