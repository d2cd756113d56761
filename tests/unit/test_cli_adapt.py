"""`adapt` learns from a file, and from what people said of posts on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.cli.app import main
from agents.cli.exits import Exit
from agents.sentiment.model import load
from agents.settings import load_settings
from alerts.store.sqlite import SqliteStore
from tests.build import AT, stored_mention

CONFIG = """\
organisation: {name: Oy Esimerkki Ab, language: en}
topics: [{name: Posti, terms: [Posti]}]
receivers: [{type: console, name: pääte}]
"""
TEXTS = {"neg": "surkea palvelu, taas rikki", "neu": "milloin auki tiistaina", "pos": "kiitos avusta"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service's folder whose people labelled 60 posts, most of them negative."""
    (tmp_path / "palovahti.yaml").write_text(CONFIG, encoding="utf-8")
    store = SqliteStore(load_settings(tmp_path / "palovahti.yaml", {}).store.path)
    with store.transaction() as tx:
        for n in range(60):
            label = ("neg", "neg", "neg", "neu", "pos")[n % 5]
            tx.add_mentions([stored_mention(id=f"m-{n}", text=f"{TEXTS[label]} {n}", language="fi")])
            tx.label_mention(f"m-{n}", label, "Maija", AT)
    store.close()
    return tmp_path


def adapt(folder: Path, *words: str) -> int:
    config = ["--config", str(folder / "palovahti.yaml")]
    return main(["adapt", *words, "--out", str(folder / "own.npz"), *config])


def test_labels_from_the_pages_teach_the_model(folder: Path) -> None:
    assert adapt(folder, "--labels") == Exit.DONE
    assert load(folder / "own.npz").readings["fi"].negative_share == pytest.approx(0.6)


def test_a_file_and_the_labels_are_taken_together(folder: Path) -> None:
    more = folder / "more.csv"
    more.write_text("text,label\n" + "".join(f"mukava reissu {n},pos\n" for n in range(60)), encoding="utf-8")
    assert adapt(folder, str(more), "--labels") == Exit.DONE
    assert load(folder / "own.npz").readings["fi"].negative_share == pytest.approx(0.3)


def test_without_either_the_command_says_what_it_needs(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert adapt(folder) == Exit.USAGE
    assert "--labels" in capfd.readouterr().err
    assert not (folder / "own.npz").exists()
