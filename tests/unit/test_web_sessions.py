"""A session that we did not sign is nobody's; guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.web.sessions import Brake, Session, SessionSigner, key_from_token, same
from tests.build import AT, minutes

SIGNER = SessionSigner(key_from_token("first token of ours"), timedelta(hours=1))
SESSION = Session("ab12", AT, logged_in=True)


def test_a_session_comes_back_from_its_cookie() -> None:
    assert SIGNER.read(SIGNER.cookie(SESSION), AT + minutes(59)) == SESSION


def test_an_old_session_is_over() -> None:
    assert SIGNER.read(SIGNER.cookie(SESSION), AT + minutes(61)) is None


@given(st.text(max_size=200))
def test_no_made_up_cookie_is_a_session(cookie: str) -> None:
    assert SIGNER.read(cookie, AT) is None


@given(st.integers(min_value=0), st.characters())
def test_a_changed_cookie_is_no_session(place: int, letter: str) -> None:
    cookie = SIGNER.cookie(SESSION)
    at = place % len(cookie)
    changed = cookie[:at] + letter + cookie[at + 1 :]
    assert changed == cookie or SIGNER.read(changed, AT) is None


def test_a_visitor_cannot_make_himself_logged_in() -> None:
    visitor = SIGNER.cookie(Session("ab12", AT, logged_in=False))
    assert SIGNER.read(visitor.replace(".0.", ".1."), AT) is None


def test_a_new_token_ends_all_sessions() -> None:
    other = SessionSigner(key_from_token("second token of ours"), timedelta(hours=1))
    assert other.read(SIGNER.cookie(SESSION), AT) is None


def test_a_form_token_belongs_to_one_session() -> None:
    stranger = Session("cd34", AT, logged_in=True)
    assert SIGNER.is_form_token(SESSION, SIGNER.form_token(SESSION))
    assert not SIGNER.is_form_token(SESSION, SIGNER.form_token(stranger))
    assert not SIGNER.is_form_token(SESSION, "")


def test_a_form_token_is_not_a_session_signature() -> None:
    assert SIGNER.form_token(SESSION) not in SIGNER.cookie(SESSION)


@given(st.text(), st.text())
def test_same_is_equality(left: str, right: str) -> None:
    assert same(left, right) is (left == right)


def test_after_five_wrong_tokens_a_place_waits_for_the_oldest_to_be_forgotten() -> None:
    brake = Brake()
    for at in range(5):
        assert brake.wait("here", AT + minutes(at)) is None
        brake.failed("here", AT + minutes(at))
    assert brake.wait("here", AT + minutes(5)) == minutes(10)
    assert brake.wait("elsewhere", AT + minutes(5)) is None
    assert brake.wait("here", AT + minutes(15)) is None


def test_many_places_together_are_braked_too() -> None:
    brake = Brake(limit=5, total=8)
    for number in range(8):
        brake.failed(f"place {number}", AT)
    assert brake.wait("a new place", AT + minutes(1)) == minutes(14)
