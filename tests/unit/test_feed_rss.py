"""Documents of RSS, Atom and JSON Feed become mentions, whatever their encoding, markup and mistakes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from streams.errors import BadRecord
from streams.feeds.addresses import is_public
from streams.feeds.characters import characters
from streams.feeds.links import canonical
from streams.feeds.rss import RssFeedSettings, max_age, parse
from streams.records import Mention

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SETTINGS = RssFeedSettings(name="uutiset", url="https://lehti.example/rss")


def rss(items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>', language: str = "fi-FI") -> str:
    return (
        f'{head}<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>'
        f"<title>Lehti</title><language>{language}</language>{items}</channel></rss>"
    )


def item(**fields: str) -> str:
    given = {"title": "Otsikko", "link": "https://lehti.example/1", "guid": "g1", **fields}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in given.items()) + "</item>"


def read(
    document: str | bytes, content_type: str = "", settings: RssFeedSettings = SETTINGS
) -> list[Mention]:
    raw = document.encode() if isinstance(document, str) else document
    return parse(raw, content_type, settings, NOW)


def test_an_rss_item_becomes_an_article() -> None:
    (mention,) = read(
        rss(
            item(
                description="&lt;p&gt;Posti &lt;b&gt;myö&lt;/b&gt;hässä&lt;/p&gt;&lt;style&gt;&lt;/style&gt;",
                pubDate="Fri, 20 Nov 2026 12:00:00 +0200",
                author="Toimittaja",
                category="talous",
            ).replace("</item>", "<slash:comments>4</slash:comments></item>")
        )
    )
    assert (mention.id, mention.native_id, mention.feed) == ("rss:uutiset/g1", "g1", "uutiset")
    assert (mention.platform, mention.channel, mention.kind) == ("rss", "news", "article")
    assert (mention.title, mention.text, mention.language) == ("Otsikko", "Posti myöhässä", "fi")
    assert mention.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (mention.url, mention.conversation_id) == ("https://lehti.example/1", "https://lehti.example/1")
    assert (mention.author.name, mention.engagement.replies, mention.tags) == ("Toimittaja", 4, ("talous",))


def test_an_atom_entry_becomes_an_article_with_its_edit() -> None:
    document = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="sv"><title>Blogg</title><entry>
      <id>tag:blogg.example,2026:1</id><title type="html">A &amp;amp; B</title>
      <link href="https://blogg.example/1?utm_source=x&amp;id=2"/>
      <published>2026-11-20T09:00:00Z</published><updated>2026-11-20T10:00:00Z</updated>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hej</p><p>då</p></div></content>
    </entry></feed>"""
    (mention,) = read(document)
    assert (mention.id, mention.title, mention.text) == ("rss:tag:blogg.example,2026:1", "A & B", "Hej\ndå")
    assert mention.url == "https://blogg.example/1?id=2"
    assert (mention.language, mention.author.name) == ("sv", "Blogg")
    assert (mention.published_at.hour, mention.edited_at.hour) == (9, 10)


def test_a_json_feed_item_becomes_an_article() -> None:
    items = [
        {"id": 7, "url": "https://b.example/7", "content_html": "<p>Hei &amp; moi</p>", "tags": ["a", 1],
         "date_published": "2026-11-20T11:00:00+02:00", "authors": [{"name": "Anna"}], "language": "en-GB"},
        {"id": "8", "content_text": "x"},
        "no item",
    ]  # fmt: skip
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "B", "items": items}
    first, second = read(json.dumps(document))
    assert (first.id, first.text, first.language, first.tags) == ("rss:uutiset/7", "Hei & moi", "en", ("a",))
    assert (first.published_at.hour, first.author.name) == (9, "Anna")
    assert (second.published_at, second.author.name) == (NOW, "B")


@pytest.mark.parametrize(
    ("date", "hour"),
    [
        ("Fri, 20 Nov 2026 11:00:00 GMT", 11),
        ("Fri, 20 Nov 2026 11:00:00 EET", 9),
        ("2026-11-20T11:00:00+02:00", 9),
        ("", 12),
        ("eilen", 12),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 12),
        ("Fri, 20 Nov 2099 11:00:00 GMT", 12),
    ],
)
def test_a_date_that_is_missing_or_impossible_is_when_we_first_saw_it(date: str, hour: int) -> None:
    (mention,) = read(rss(item(pubDate=date)))
    assert mention.published_at == NOW.replace(hour=hour)


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("iso-8859-1", "iso-8859-1", ""),
        ("iso-8859-15", "iso-8859-15", ""),
        ("iso-8859-15", "utf-8", "text/xml; charset=ISO-8859-15"),
        ("cp1252", "utf-8", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-8-sig", "utf-8", ""),
        ("iso-8859-1", "punycode", "text/xml; charset=zip"),
    ],
)
def test_umlauts_survive_whatever_is_declared(encoding: str, declared: str, header: str) -> None:
    text = "Höyläämön žööri" if encoding != "iso-8859-1" else "Höyläämön"
    document = rss(item(title=text), f'<?xml version="1.0" encoding="{declared}"?>')
    assert read(document.encode(encoding), header)[0].title == text


def test_the_euro_sign_of_iso_8859_15_is_a_euro_sign() -> None:
    assert characters("hinta 5 €".encode("iso-8859-15"), "text/xml; charset=iso-8859-15") == "hinta 5 €"


BOMB = "<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>"


@pytest.mark.parametrize(
    "document",
    [
        rss(item(title="&b;"), f"<?xml version='1.0'?><!DOCTYPE rss [{BOMB}]>"),
        rss(item(title="&x;"), "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
        rss(item(title="&x;"), "<!DOCTYPE rss [ <!ELEMENT x ANY > ]>"),
        "<html><body>Sivua ei löydy</body></html>",
        "",
        "{",
        "{}",
        '{"version": "https://jsonfeed.org/version/1", "items": 3}',
        "[" * 100_000,
        '{"items":' + "[" * 100_000,
        "plain text",
    ],
)
def test_what_is_no_feed_or_declares_entities_is_refused(document: str) -> None:
    for raw in (document.encode(), document.encode("utf-16")):
        with pytest.raises(BadRecord) as caught:
            parse(raw, "", SETTINGS, NOW)
        assert caught.value.reason == "malformed"


def test_a_plain_doctype_and_named_characters_are_old_but_harmless() -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss.dtd">'
    assert read(rss(item(title="p&auml;iv&auml;"), head))[0].title == "päivä"


def test_a_document_cut_off_in_the_middle_gives_what_it_holds() -> None:
    document = rss(item(guid="1") + item(guid="2"))
    assert [each.native_id for each in read(document[: document.rindex("<guid>")])][:1] == ["1"]


def test_bidi_marks_controls_and_half_characters_do_not_get_through() -> None:
    (mention,) = read(rss(item(title="a\u202eb&#x202e;c&#8;d")))
    assert mention.title == "abcd"


def test_an_entry_without_an_id_is_known_by_its_link_and_else_by_its_content() -> None:
    first, second = read(rss("<item><link>https://a.example/1?utm_medium=x</link><title>a</title></item>"
                             "<item><title>b</title></item><item></item>"))  # fmt: skip
    assert first.id == "rss:https://a.example/1"
    assert second.id.startswith("rss:uutiset/")


def test_ids_of_any_length_stay_apart() -> None:
    first, second = read(rss(item(guid="x" * 3_000 + "1") + item(guid="x" * 3_000 + "2")))
    assert first.id != second.id
    assert len(first.id) <= 512


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://a.fi/x?utm_source=a&id=1&fbclid=2#k", "https://a.fi/x?id=1#k"),
        (
            "https://www.google.com/url?rct=j&sa=t&url=https://a.fi/x%3Futm_campaign%3Dz&ct=ga",
            "https://a.fi/x",
        ),
        ("https://www.google.fi/url?q=https://a.fi/", "https://a.fi/"),
        ("https://evil.example/url?url=https://a.fi/", "https://evil.example/url?url=https://a.fi/"),
        ("https://a.fi/ä?q=a+b", "https://a.fi/ä?q=a+b"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[::1", None),
        ("//a.fi", None),
    ],
)
def test_a_link_is_where_it_leads(link: str, target: str | None) -> None:
    assert canonical(link) == target


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
     "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
     "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:0a00:1::",
     "localhost", ""],
)  # fmt: skip
def test_addresses_inside_a_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4026::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=600", 600),
        ("public, MAX-AGE=60", 60),
        ("max-age=999999", 3600),
        ("no-cache", 0),
        ("max-age=x", 0),
    ],
)
def test_freshness_is_honoured_up_to_an_hour(header: str, seconds: float) -> None:
    assert max_age({"cache-control": header}) == seconds


@pytest.mark.parametrize(
    "url", ["", "lehti.fi/rss", "file:///etc/passwd", "ftp://a.fi", "https://", "https://u:p@a.fi/"]
)
def test_an_address_that_is_none_of_the_web_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(ValidationError):
        RssFeedSettings(name="x", url=url)
