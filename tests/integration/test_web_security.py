"""What strangers write, send, link or guess does nothing."""

from __future__ import annotations

import re

import pytest
from pydantic import SecretStr

from alerts.organisation import LANGUAGES, Organisation
from alerts.web.app import serve
from alerts.web.settings import WebSettings
from streams.errors import BadConfiguration
from tests import build
from tests.browser.scene import NOW, Scene, scene
from tests.browser.visitor import Visitor, visiting
from tests.pages import parsed

TOKEN = "correct-horse-battery-staple"
GUARDED = WebSettings(token=SecretStr(TOKEN))
STORM = "/incidents/inc-storm"

NASTY = [
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "</blockquote></main><style>*{display:none}</style>",
    "{{ 7*7 }} {% for x in y %} ${7*7} #{7*7} <%= 7*7 %>",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u2067abc",
    "NUL\x00 ESC\x1b[2J lone\ud800surrogate",
    "' onmouseover='alert(1)",
    "]]>-->&lt;b&gt;&#0;",
]


def stage_of(text: str) -> Scene:
    """A scene in which every text that a stranger can reach is `text`."""
    stage = scene(empty=True)
    storable = text.encode("utf-8", "replace").decode()  # the store itself refuses what is not text
    nasty = build.incident(
        id="n",
        topic=storable,
        acknowledged_at=NOW,
        acknowledged_by=storable,
        suggestion=build.suggestion(text=storable, why=storable, next_steps=(storable,), channel=storable),
        evidence=build.evidence(top_words=(storable,), channels={storable: 3}, largest_thread=storable),
    )
    with stage.store.transaction() as tx:
        tx.put_incident(nasty)
        tx.add_mentions(
            [
                build.stored_mention(
                    id=f"m{n}", topics=(storable,), text=storable, author=storable, platform=storable[:60],
                    language=storable, url=url, published_at=build.AT,
                )
                for n, url in enumerate([storable, f"javascript:{storable}", f"https://example.org/{storable}"])
            ]
        )  # fmt: skip
    return stage


@pytest.mark.parametrize("text", NASTY)
async def test_hostile_text_is_only_ever_text(text: str) -> None:
    plain = await pages_of(stage_of("Posti"))
    nasty = await pages_of(stage_of(text))
    assert parsed(nasty).tags <= parsed(plain).tags
    assert parsed(nasty).attributes <= parsed(plain).attributes
    for link in parsed(nasty).links:
        assert link.startswith(("/", "https://example.org/", "#"))
    assert " 49 " not in nasty
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", nasty)


async def pages_of(stage: Scene) -> str:
    async with visiting(stage) as visitor:
        answers = [await visitor.get(path) for path in ("/", "/incidents/n", "/incidents/n?lang=en")]
        assert [answer.status for answer in answers] == [200, 200, 200]
        return "".join([await answer.text() for answer in answers])


@pytest.mark.parametrize("text", NASTY)
async def test_hostile_input_in_our_own_forms_is_kept_as_text(text: str) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        sent = text.encode("utf-8", "replace").decode()
        answer = await visitor.press("inc-storm", "note", by=sent, note=sent)
        assert answer.status == 303
        page = await (await visitor.get(STORM)).text()
    assert parsed(page).tags.isdisjoint({"img", "style"})
    assert not [name for name in parsed(page).attributes if name.startswith("on")]


async def test_every_answer_carries_the_headers_that_forbid_the_rest() -> None:
    async with visiting(scene()) as visitor:
        paths = ("/", STORM, "/nowhere", "/api/v1/incidents", "/api/v1/nowhere", "/metrics", "/livez",
                 "/static/palovahti.css", "/incidents/inc-storm/actions")  # fmt: skip
        for path in paths:
            headers = (await visitor.get(path)).headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none';")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store" or path.startswith("/static/")
            assert "Python" not in headers.get("Server", "")


async def test_pages_hold_nothing_inline_and_nothing_from_elsewhere() -> None:
    async with visiting(scene()) as visitor:
        for path in ("/", STORM, "/nowhere"):
            page = await (await visitor.get(path)).text()
            tags = parsed(page)
            assert "style" not in tags.tags | tags.attributes
            assert not [name for name in tags.attributes if name.startswith("on")]
            assert re.findall(r"<script(?! src=\"/static/)", page) == []
            outside = [link for link in tags.links if not link.startswith(("/", "#"))]
            assert all(link.startswith("https://example.org/") for link in outside)  # the posts themselves


async def test_links_of_strangers_open_without_telling_where_from() -> None:
    async with visiting(scene()) as visitor:
        page = await (await visitor.get(STORM)).text()
    outward = re.findall(r"<a href=\"https://[^>]*>", page)
    assert len(outward) == 4
    assert all("noopener" in link and "nofollow" in link for link in outward)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:80", "127.0.0.1.nip.example"])
@pytest.mark.parametrize("path", ["/", "/api/v1/incidents", "/metrics", "/livez"])
async def test_a_foreign_host_name_is_not_answered(host: str, path: str) -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get(path, Host=host)
        assert answer.status == 421
        assert "Revontuli" not in await answer.text()


async def test_our_public_name_is_answered() -> None:
    ours = Organisation(public_url="https://vahti.example")
    async with visiting(scene(WebSettings(allowed_hosts=("palo.example:80",)), ours)) as visitor:
        assert (await visitor.get("/", Host="vahti.example")).status == 200
        assert (await visitor.get("/", Host="palo.example")).status == 200


async def nothing_happened(stage: Scene) -> bool:
    return stage.store.incident("inc-storm") == scene().store.incident("inc-storm")


@pytest.mark.parametrize(
    "change", [{"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "é\u2028"}, {"id": "x"}]
)
async def test_a_form_without_its_token_or_id_does_nothing(change: dict[str, str]) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        fields = {**await visitor.form(STORM), "do": "acknowledge", **change}
        answer = await visitor.post(f"{STORM}/actions", fields)
        text = await answer.text()
    assert answer.status == (400 if "id" in change else 403)
    assert 'href="/' in text
    assert await nothing_happened(stage)


async def test_another_browsers_form_token_does_nothing() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        stolen = await visitor.form(STORM)
        visitor.client.session.cookie_jar.clear()
        await visitor.get("/")
        answer = await visitor.post(f"{STORM}/actions", {**stolen, "do": "acknowledge"})
    assert answer.status == 403
    assert await nothing_happened(stage)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://[::1"},
        {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_a_form_that_another_site_sends_does_nothing(headers: dict[str, str]) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        fields = {**await visitor.form(STORM), "do": "acknowledge"}
        answer = await visitor.post(f"{STORM}/actions", fields, **headers)
        assert answer.status == 403
        script = await visitor.client.post(
            f"/api/v1{STORM}/actions",
            json={"kind": "acknowledge", "by": "x"},
            headers={k.replace("_", "-"): v for k, v in headers.items()},
        )
        assert script.status == 403
    assert await nothing_happened(stage)


async def test_our_own_form_passes_as_browsers_send_it() -> None:
    """Under no-referrer a browser writes Origin: null on a form of the same site."""
    async with visiting(scene()) as visitor:
        fields = {**await visitor.form(STORM), "do": "acknowledge"}
        answer = await visitor.post(f"{STORM}/actions", fields, Origin="null", Sec_Fetch_Site="same-origin")
        assert answer.status == 303


async def test_a_form_in_another_encoding_or_of_great_size_is_refused() -> None:
    async with visiting(scene()) as visitor:
        fields = await visitor.form(STORM)
        plain = await visitor.client.post(
            f"{STORM}/actions", data="do=acknowledge", headers={"Content-Type": "text/plain"}
        )
        large = await visitor.post(f"{STORM}/actions", {**fields, "do": "note", "note": "a" * 100_000})
    assert (plain.status, large.status) == (415, 413)


async def test_cookies_are_out_of_reach_for_scripts_and_other_sites() -> None:
    async with visiting(scene()) as visitor:
        answers = [
            await visitor.get("/?lang=sv"),
            await visitor.press("inc-storm", "acknowledge", by="Maija"),
        ]
    cookies = [text for answer in answers for text in answer.headers.getall("Set-Cookie", [])]
    assert {text.partition("=")[0] for text in cookies} == {
        "palovahti_session",
        "palovahti_lang",
        "palovahti_name",
    }
    assert all("HttpOnly" in text and "SameSite=Strict" in text for text in cookies)
    assert not any("Secure" in text for text in cookies)  # this test speaks plain http


async def test_behind_https_cookies_are_secure() -> None:
    async with visiting(scene(organisation=Organisation(public_url="https://vahti.example"))) as visitor:
        answer = await visitor.get("/", Host="vahti.example")
    assert "Secure" in answer.headers["Set-Cookie"]


async def test_a_link_from_another_site_takes_one_step_of_our_own_so_that_the_cookie_comes_along() -> None:
    async with visiting(scene()) as visitor:
        page = await (await visitor.get(STORM, Sec_Fetch_Site="cross-site")).text()
        assert f'content="0; url={STORM}"' in page
        assert "Revontuli" not in page
        odd = await visitor.client.session.get(
            f"{visitor.client.make_url('/')}/evil.example/x", headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert odd.status == 404
        assert "//evil.example" not in await odd.text()


async def log_in(visitor: Visitor, token: str, target: str = "/") -> int:
    hidden = await visitor.form(f"/login?next={target}")
    answer = await visitor.post("/login", {**hidden, "token": token, "next": target})
    return answer.status


async def test_with_a_token_pages_ask_for_it_once_and_then_go_where_one_wanted() -> None:
    async with visiting(scene(GUARDED)) as visitor:
        first = await visitor.get(STORM)
        assert (first.status, first.headers["Location"]) == (303, "/login?next=%2Fincidents%2Finc-storm")
        hidden = await visitor.form(first.headers["Location"])
        answer = await visitor.post("/login", {**hidden, "token": TOKEN, "next": STORM})
        assert (answer.status, answer.headers["Location"]) == (303, STORM)
        assert (await visitor.get(STORM)).status == 200
        assert (await visitor.get("/login?next=/")).status == 303
        await visitor.post("/logout", await visitor.form("/"))
        assert (await visitor.get(STORM)).status == 303


async def test_logging_in_gives_a_new_session() -> None:
    async with visiting(scene(GUARDED)) as visitor:
        before = (await visitor.get("/login")).cookies["palovahti_session"].value
        assert await log_in(visitor, TOKEN) == 303
        cookies = {c.key: c.value for c in visitor.client.session.cookie_jar}
        assert cookies["palovahti_session"].split(".")[1] != before.split(".")[1]


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb"])
async def test_after_the_login_nobody_is_led_away(target: str) -> None:
    async with visiting(scene(GUARDED)) as visitor:
        hidden = await visitor.form("/login")
        answer = await visitor.post("/login", {**hidden, "token": TOKEN, "next": target})
        assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_wrong_tokens_are_refused_and_soon_must_wait(language: str) -> None:
    stage = scene(GUARDED)
    async with visiting(stage) as visitor:
        await visitor.get(f"/login?lang={language}")
        assert [await log_in(visitor, "wrong") for _ in range(5)] == [401] * 5
        hidden = await visitor.form("/login")
        refused = await visitor.post("/login", {**hidden, "token": TOKEN})
        assert (refused.status, refused.headers["Retry-After"]) == (429, "901")
        stage.wall.advance(build.minutes(16))
        assert await log_in(visitor, TOKEN) == 303


async def test_without_logging_in_no_form_acts() -> None:
    stage = scene(GUARDED)
    async with visiting(stage) as visitor:
        hidden = await visitor.form("/login")
        fields = {**hidden, "id": "12345678", "do": "acknowledge"}
        answer = await visitor.post(f"{STORM}/actions", fields)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/login")
    assert await nothing_happened(stage)


async def test_a_session_ends_after_its_hours() -> None:
    stage = scene(WebSettings(token=SecretStr(TOKEN), session_hours=2))
    async with visiting(stage) as visitor:
        await log_in(visitor, TOKEN)
        stage.wall.advance(build.minutes(119))
        assert (await visitor.get("/")).status == 200
        stage.wall.advance(build.minutes(2))
        assert (await visitor.get("/")).status == 303


async def test_the_token_is_on_no_page() -> None:
    async with visiting(scene(GUARDED)) as visitor:
        await log_in(visitor, TOKEN)
        for path in ("/", STORM, "/login", "/nowhere"):
            assert TOKEN not in await (await visitor.get(path)).text()


async def test_a_port_that_is_taken_is_told_with_the_fix() -> None:
    first = await serve(scene(WebSettings(port=0)).app)
    port = first.addresses[0][1]
    try:
        with pytest.raises(BadConfiguration) as refused:
            await serve(scene(WebSettings(port=port)).app)
        assert "web.port" in str(refused.value)
    finally:
        await first.cleanup()
