"""The configuration is read whole: every mistake is named with file, line, key and remedy, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.settings import Settings, load_settings
from streams.errors import BadConfiguration

GOOD = """\
organisation: {name: Oy Esimerkki Ab, timezone: Europe/Helsinki}
topics:
  - {name: Posti, terms: [Posti], budget: 0.5}
feeds:
  - {type: jsonl, name: arkisto, path: feeds/}
  - {type: webhook, name: koukku, path: /feeds/koukku, secret: {env: KOUKKU}}
store: {path: var/own.db}
watch:
"""
EXAMPLE = Path(__file__).parents[2] / "deploy/example/palovahti.yaml"
SECRET = "a-secret-of-enough-letters"


def load(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "palovahti.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, {"KOUKKU": SECRET, **environ})


def mistakes(folder: Path, text: str, **environ: str) -> list[str]:
    """The mistakes without the folder's name."""
    with pytest.raises(BadConfiguration) as caught:
        load(folder, text, **environ)
    return [line.replace(f"{folder}/", "") for line in caught.value.mistakes]


def test_a_good_file_gives_every_section(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert settings.organisation.name == "Oy Esimerkki Ab"
    assert [topic.name for topic in settings.topics] == ["Posti"]
    assert [feed.name for feed in settings.feeds] == ["arkisto", "koukku"]
    assert settings.watch == Settings().watch


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert settings.store.path == tmp_path / "var/own.db"
    assert settings.feeds[0].path == tmp_path / "feeds"


def test_the_store_stands_beside_the_file_when_it_is_not_named(tmp_path: Path) -> None:
    for text in (
        GOOD.replace("store: {path: var/own.db}\n", ""),
        GOOD.replace("path: var/own.db", "text_days: 3"),
    ):
        assert load(tmp_path, text).store.path == tmp_path / "var/palovahti.db"


def test_a_secret_comes_from_the_environment_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    settings = load(tmp_path, GOOD.replace("{env: KOUKKU}", "{file: secret}"))
    for each in (settings, load(tmp_path, GOOD)):
        assert each.feeds[1].secret.get_secret_value() == SECRET  # type: ignore[union-attr]
        assert SECRET not in repr(each)


def test_a_plain_secret_is_refused_with_the_remedy_and_not_shown(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace("{env: KOUKKU}", SECRET))
    assert found.startswith("palovahti.yaml:6: feeds[1].secret: a secret must not stand in this file")
    assert "{env: NAME} or {file: PATH}" in found
    assert SECRET not in found


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("{env: NOT_THERE}", "the environment variable NOT_THERE is not set"),
        ("{file: not-there}", "cannot read the secret from"),
        ("{file: empty}", "is empty; put the secret into it"),
        ("{env: }", "give the name of the variable"),
        ("{env: SHORT}", "fewer than 16 characters"),
    ],
)
def test_a_secret_that_cannot_be_had_is_one_mistake(tmp_path: Path, reference: str, said: str) -> None:
    (tmp_path / "empty").touch()
    (found,) = mistakes(tmp_path, GOOD.replace("{env: KOUKKU}", reference), SHORT="too-short")
    assert "palovahti.yaml:6: feeds[1].secret: " in found
    assert said in found
    assert "too-short" not in found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("topics:", "topic:", "2: topic: unknown section; did you mean topics?"),
        ("terms:", "temrs:", "3: topics[0].temrs: unknown key; did you mean terms?"),
        ("budget: 0.5", "budget: -1", "3: topics[0].budget: must be greater than 0; it is -1"),
        (
            "name: Posti",
            "name: 112",
            "3: topics[0].name: must be text, but YAML reads it as 112; put it in quotes",
        ),
        ("type: jsonl", "type: json", "5: feeds[0].type: unknown type; did you mean jsonl?"),
        ("type: jsonl, ", "", "5: feeds[0]: type is missing; choose one of: "),
        ("name: arkisto, ", "", "5: feeds[0].name: is missing; add it"),
        ("name: koukku", "name: arkisto", "6: feeds[1].name: arkisto is used already, on line 5"),
        ("Europe/Helsinki", "Europe/Helsink", "1: organisation.timezone: unknown time zone"),
        ("{path: var/own.db}", "7", "7: store: must hold keys with values, such as path"),
        ("watch:", "languages: [fi, no]", "8: languages[1]: unknown language False"),
        ("watch:", "sentiment: {model: nope.npz}", "8: sentiment.model: no file"),
        ("watch:", "store: {path: x}", "8: store: given twice, first on line 7"),
        (
            "watch:",
            "web: {host: 0.0.0.0}",
            "8: web: host 0.0.0.0 can be reached by others, so a token is required",
        ),
        ("watch:", "receivers: 1", "8: receivers: must be a list: begin each item with a dash"),
        (
            "watch:",
            "watch: {budget: 2026-13-45}",
            "8: watch.budget: '2026-13-45' cannot be read; put it in quotes",
        ),
    ],
)
def test_a_mistake_is_named_with_line_key_and_remedy(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert any(line.startswith(f"palovahti.yaml:{expected}") for line in found), found


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        GOOD.replace("timezone", "timezoen")
        .replace("budget: 0.5", "budget: x")
        .replace("own.db", "own.db, a: 1")
    )
    lines = [int(line.split(":")[1]) for line in mistakes(tmp_path, text)]
    assert lines == [1, 3, 7]


def test_a_fact_about_an_unknown_topic_is_a_mistake(tmp_path: Path) -> None:
    fact = "organisation: {facts: [{statement: Hei, topic: Possti, confirmed_by: Aino}]}"
    (found,) = mistakes(tmp_path, GOOD.replace(GOOD.splitlines()[0], fact))
    assert found == "palovahti.yaml:1: organisation.facts[0].topic: unknown topic; did you mean Posti?"


def test_nothing_to_watch_is_a_mistake(tmp_path: Path) -> None:
    assert "no topic to watch" in mistakes(tmp_path, "languages: [fi]\n")[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("- 1\n", "must hold one document"),
        ("a: b: c\n", ":1: mapping values are not allowed"),
        ("topics:\n\t- x\n", "indent with spaces, not tabs"),
        ("a: !!python/object:os.system x\n", "cannot be read; put it in quotes"),
        ("a: &a [*a]\n", "nested too deeply"),
        ("a: 1\n---\nb: 2\n", "must hold one document"),
        ("\x00", ":1: "),
    ],
)
def test_what_is_no_configuration_is_said_to_be_none(tmp_path: Path, text: str, said: str) -> None:
    assert said in mistakes(tmp_path, text)[0]


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="palovahti init"):
        load_settings(tmp_path / "nope.yaml", {})


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("topics: [ä]".encode("latin-1"))
    with pytest.raises(BadConfiguration, match="not UTF-8"):
        load_settings(tmp_path / "x.yaml", {})


def test_the_example_that_we_ship_is_in_order() -> None:
    secrets = {"KOUKKU_SECRET": SECRET, "PALOVAHTI_WEB_TOKEN": SECRET, "PAGERDUTY_KEY": "a" * 32}
    chat = {"CHAT_URL": "https://example.org/hook", "CHAT_SECRET": "whsec_" + "A" * 32}
    settings = load_settings(EXAMPLE, {**secrets, **chat})
    assert (len(settings.topics), len(settings.feeds), len(settings.receivers)) == (3, 3, 3)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().store = Settings().store  # type: ignore[misc]


ELSEWHERE = GOOD.replace("{path: var/own.db}", "{url: 'postgresql://palovahti@db.example/palovahti'}")


def test_a_store_elsewhere_has_an_address_and_a_password_that_are_never_shown(tmp_path: Path) -> None:
    text = ELSEWHERE.replace("palovahti'}", "palovahti', password: {env: PASSWORD}}")
    settings = load(tmp_path, text, PASSWORD=SECRET)
    assert settings.store.url is not None
    assert settings.store.password is not None
    assert settings.store.password.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    assert "db.example" not in repr(settings)
    assert settings.store.path == tmp_path / "var/palovahti.db"  # dead letters lie beside it


def test_an_address_with_its_password_may_come_from_the_environment(tmp_path: Path) -> None:
    text = GOOD.replace("{path: var/own.db}", "{url: {env: STORE}}")
    settings = load(tmp_path, text, STORE=f"postgresql://palovahti:{SECRET}@db.example/palovahti")
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("store", "said"),
    [
        (f"{{url: 'postgresql://x:{SECRET}@db/p'}}", "store.url: a password must not stand in this file"),
        (f"{{url: 'postgresql://db/p?password={SECRET}'}}", "store.url: a password must not stand in this"),
        (f"{{url: 'postgresql://db/p', password: {SECRET}}}", "store.password: a secret must not stand in"),
        ("{url: 'mysql://db/p'}", "store.url: must begin with postgresql://, as in postgresql://palovahti@"),
        ("{url: 'postgresql://x@db'}", "store.url: names no database; write it last: postgresql://USER@"),
        ("{url: 'postgresql://x@db/p?tls=yes'}", "store.url: is no PostgreSQL address; write postgresql://"),
        ("{url: 'postgresql://db/p', path: x}", "store: path and url are two places; keep path for SQLite"),
        ("{password: {env: KOUKKU}}", "store: password belongs to url; add url: postgresql://"),
        ("{url: {env: STORE}}", "store.url: must begin with postgresql://"),
    ],
)
def test_a_store_that_cannot_be_is_named_with_the_remedy(tmp_path: Path, store: str, said: str) -> None:
    text = GOOD.replace("{path: var/own.db}", store)
    (found,) = mistakes(tmp_path, text, STORE=f"host=db password={SECRET}")
    assert f"palovahti.yaml:7: {said}" in found
    assert SECRET not in found
