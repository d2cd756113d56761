"""The after-action report: what it tells, that strangers' words act nowhere in it, and whom it thanks."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.aftermath.story import AfterAction, tell
from alerts.aftermath.written import html, markdown, svg
from alerts.feedback.supporters import supporters
from alerts.incidents import AuditEntry, State
from alerts.languages import LANGUAGES
from alerts.organisation import Organisation
from alerts.records import LedgerEntry
from alerts.respond.faq import Faq
from alerts.respond.published import PublishedFinding, PublishedReply
from alerts.store.sqlite import SqliteStore
from alerts.store.store import StoredMention
from tests.build import AT, evidence, incident, ledger_entry, minutes, pulse, stored_mention, suggestion
from tests.pages import parsed

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = AT + minutes(300)
HOSTILE = [
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "</q></main><style>*{display:none}</style>",
    "{{ 7*7 }} {% raw %}",
    "a | b\n# otsikko\n- lista",
    "[klikkaa](javascript:alert(1)) `koodi`",
    "NUL\x00 ESC\x1b[2J \u202egnp.exe",
    "]]></svg><script>",
]


def post(name: str, minute: float = 0, **fields: Any) -> StoredMention:
    values = {"id": name, "thread": "t", "published_at": AT + minutes(minute), "author": name}
    return stored_mention(**{**values, **fields})


def reply(**fields: Any) -> LedgerEntry:
    values: dict[str, Any] = {
        "id": "r1",
        "incident": "inc-1",
        "at": AT + minutes(40),
        "author": "Aino",
        "approver": "Bo",
        "channel": "mastodon",
        "language": "fi",
        "text": "Selvitämme asiaa.",
        "kept_share": 0.8,
        "findings": (PublishedFinding(rule="R06", severity="block"),),
        "overrides": {"R06": "Johto kertoo ajan itse."},
        **fields,
    }
    body = PublishedReply(**values).model_dump(mode="json")
    return LedgerEntry(
        ledger="replies", id=values["id"], at=values["at"], by="Aino", about="inc-1", body=body
    )


def filled(text: str = "Posti hukkasi paketin", **fields: Any) -> SqliteStore:
    """A storm that was answered after 40 minutes and ended after three hours."""
    store = SqliteStore(":memory:")
    values: dict[str, Any] = {
        "state": State.RESOLVED,
        "waiting_since": AT,
        "acknowledged_at": AT + minutes(4),
        "acknowledged_by": "Aino",
        "answered_at": AT + minutes(40),
        "resolved_at": AT + minutes(180),
        "suggestion": suggestion(),
        "pages": 2,
        **fields,
    }
    with store.transaction() as tx:
        tx.put_incident(incident(**values))
        tx.add_mentions(
            [
                post("a", text=text),
                post("b", 1, text="Milloin paketit löytyvät?", negativity=0.2),
                post("c", 2, text="Milloin ne paketit löytyvät?", negativity=0.2),
                post("d", 3, text="Voisitteko lisätä seurannan", negativity=0.2),
                post("e", 4, text="Minulla toimi hyvin, antakaa heille aikaa", negativity=0.2),
                post("o", 40, text="Selvitämme asiaa.", official=True, negativity=0.1),
            ]
        )
        tx.add_audit(
            [
                AuditEntry(incident="inc-1", at=AT, by="watch", what="opened", detail="severity 3; opened"),
                AuditEntry(incident="inc-1", at=AT + minutes(4), by="Aino", what="acknowledge", detail=text),
            ]
        )
        tx.add_pulses([pulse(at=AT + minutes(n), negative_per_hour=float(n % 60)) for n in range(-60, 185)])
        tx.add_entries([reply(), ledger_entry(about="a")])
    return store


def told(store: SqliteStore) -> AfterAction:
    one = store.incident("inc-1")
    assert one is not None
    return tell(store, Organisation(), Faq(), one, NOW)


class TestStory:
    """What is gathered."""

    def test_the_answer_is_measured_from_the_first_post_that_waited(self) -> None:
        report = told(filled())
        assert (report.waited_minutes, report.target_minutes, report.in_time) == (40, 60, True)
        assert told(filled(answered_at=AT + minutes(70))).in_time is False
        assert told(filled(answered_at=None)).in_time is None
        assert told(filled(answered_at=None)).waited_minutes == 180

    def test_posts_people_channels_and_peak_are_counted_without_ours(self) -> None:
        report = told(filled())
        assert (report.posts, report.negative, report.people) == (5, 1, 5)
        assert report.channels == {"mastodon": 5}
        assert report.peak_per_hour == 59
        assert (report.page_to_acknowledge_minutes, report.lasted_minutes) == (4, 180)

    def test_questions_ideas_answers_overrides_and_what_was_hidden_are_there(self) -> None:
        report = told(filled())
        assert [one.text for one in report.ideas] == ["Voisitteko lisätä seurannan"]
        assert [(one.times, "paketit" in one.question) for one in report.gaps] == [(2, True)]
        assert [one.overrides for one in report.replies] == [{"R06": "Johto kertoo ajan itse."}]
        assert report.answers == ("Selvitämme asiaa.",)
        assert [one.post for one in report.moderated] == ["a"]

    def test_a_live_incident_is_told_so_far(self) -> None:
        report = told(filled(state=State.OPEN, resolved_at=None, answered_at=None))
        assert report.lasted_minutes is None
        assert report.waited_minutes == 300

    def test_without_mentions_or_measurements_there_is_still_a_report(self) -> None:
        store = SqliteStore(":memory:")
        with store.transaction() as tx:
            tx.put_incident(incident())
        report = told(store)
        assert (report.posts, report.people, report.peak_per_hour) == (0, None, None)
        assert svg(report, "fi", HELSINKI) == ""
        assert "Mittauksia ei ole" in markdown(report, "fi", HELSINKI)
        assert "Mittauksia ei ole" in html(report, "fi", HELSINKI)


class TestWritten:
    """Markdown, HTML and SVG, in three languages."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_language_tells_the_same_and_leaves_no_place_unfilled(self, language: str) -> None:
        report = told(filled())
        text = markdown(report, language, HELSINKI)
        assert not re.search(r"\{[a-z_]+\}", text)
        for word in (
            "Selvitämme asiaa.",
            "R06",
            "Johto kertoo ajan itse.",
            "Voisitteko lisätä seurannan",
            "3/5",
        ):
            assert word in text
            assert word in html(report, language, HELSINKI)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_is_only_ever_text(self, text: str) -> None:
        calm = parsed(html(told(filled()), "fi", HELSINKI))
        store = filled(
            text,
            topic="Posti",
            acknowledged_by=text,
            evidence=evidence(top_words=(text,), channels={text: 3}, largest_thread=text),
            suggestion=suggestion(text=text),
        )
        with store.transaction() as tx:
            tx.add_mentions(
                [
                    post(
                        "h1",
                        5,
                        text=f"{text} voisitteko lisätä?",
                        negativity=0.2,
                        url=f"javascript:{text}",
                        platform=text[:60],
                    ),
                    post(
                        "h2",
                        6,
                        text=f"{text} kiitos, antakaa heille aikaa",
                        negativity=0.1,
                        url="https://x.example/a)b",
                    ),
                ]
            )
            tx.add_entries([reply(id="r2", text=text, author=text, channel=text, overrides={"R06": text})])
        report = told(store)
        page = parsed(html(report, "fi", HELSINKI))
        assert page.tags == calm.tags | {"a"}
        assert page.attributes <= calm.attributes | {"href", "rel"}
        assert all(link.startswith("https://") for link in page.links)
        lines = markdown(report, "fi", HELSINKI)
        assert not re.search(r"<[a-z/]", lines)
        assert "](javascript" not in lines
        assert "\n# otsikko" not in lines
        assert lines.count("\n## ") == markdown(told(filled()), "fi", HELSINKI).count("\n## ")
        ET.fromstring(svg(report, "fi", HELSINKI))

    def test_the_page_needs_nothing_else_and_allows_nothing_else(self) -> None:
        page = html(told(filled()), "sv", HELSINKI)
        assert parsed(page).tags.isdisjoint({"script", "link", "img", "iframe", "form", "object"})
        assert "url(" not in page
        assert "@import" not in page
        style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;" in page

    def test_the_chart_is_a_picture_with_its_marks(self) -> None:
        picture = ET.fromstring(svg(told(filled()), "en", HELSINKI))
        texts = " ".join(element.text or "" for element in picture.iter())
        assert "Public answer 2026-03-10 14:40" in texts
        assert "Ended 2026-03-10 17:00" in texts

    def test_a_drill_and_deletions_stand_at_the_top(self) -> None:
        page = html(told(filled(drill=True, criticism_deleted=3)), "fi", HELSINKI)
        assert page.index("HARJOITUS (DRILL)") < page.index("<table>")
        assert page.index("poistivat 3 muiden") < page.index("<table>")


class TestSupporters:
    """Those who spoke for us unasked."""

    COMPLAINT = post("a", 0)

    def thanked(self, *posts: StoredMention) -> list[str]:
        return [one.text for one in supporters([self.COMPLAINT, *posts], "inc-1")]

    def test_who_defends_us_where_somebody_complained_is_thanked(self) -> None:
        assert self.thanked(post("e", 4, text="Mulla toimii hyvin", negativity=0.2)) == ["Mulla toimii hyvin"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"official": True},
            {"deleted": True},
            {"negativity": 0.8},
            {"author": None},
            {"author": "a"},
            {"thread": "elsewhere"},
            {"published_at": AT - minutes(1)},
            {"text": "Satoi koko päivän"},
        ],
    )
    def test_ours_critics_the_nameless_and_bystanders_are_not(self, fields: Any) -> None:
        assert self.thanked(post("e", 4, **{"text": "Mulla toimii hyvin", "negativity": 0.2, **fields})) == []

    def test_the_same_words_by_several_are_a_campaign_and_thanked_by_nobody(self) -> None:
        """Never staged."""
        posts = [post(name, 4, text="Antakaa heille aikaa!", negativity=0.2) for name in ("e", "f")]
        assert self.thanked(*posts) == []
        assert self.thanked(posts[0]) == ["Antakaa heille aikaa!"]

    def test_nobody_is_named(self) -> None:
        found = supporters(
            [self.COMPLAINT, post("secret-author", 4, text="Mulla toimii", negativity=0.2)], "inc-1"
        )
        assert "secret-author" not in found[0].model_dump_json()
        other = supporters(
            [self.COMPLAINT, post("secret-author", 4, text="Mulla toimii", negativity=0.2)], "inc-2"
        )
        assert found[0].tag != other[0].tag
