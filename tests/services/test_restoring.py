"""What a rollback does to the organizers' files: they follow the version, and nobody's work is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

import ingest
from bot.services.ingestion import Ingestion, Result
from bot.services.restoring import Restored
from bot.settings import ROOT
from bot.stores import generations
from tests.doubles import HashEncoder, in_this_process

UMBRELLA, KEYS, BOAT = "practical/umbrella.en.md", "practical/keys.en.md", "practical/boat.ru.md"
NEW = "practical/showers.en.md"
ENTRY = "---\nstatus: sample\nsource: X\nchecked: 2031-05-01\n---\n# Showers\n\nNext to the lift.\n"


@pytest.fixture
def site(tmp_path: Path) -> Ingestion:
    """Two versions: the second has a mistake in one file, an entry more, and one rendering less."""
    knowledge = shutil.copytree(ROOT / "tests" / "congress", tmp_path / "knowledge")
    encoder = HashEncoder()
    site = Ingestion(
        knowledge, tmp_path / "data", lambda: encoder, calibrate=lambda folder, model: None, **in_this_process()
    )
    site.publish()
    write(site, UMBRELLA, read(site, UMBRELLA).replace("08:00", "08:30"))
    write(site, NEW, ENTRY)
    (knowledge / BOAT).unlink()
    assert site.publish().result is Result.PUBLISHED
    return site


def read(site: Ingestion, path: str) -> str:
    return (site.knowledge_dir / path).read_text("utf-8")


def write(site: Ingestion, path: str, text: str) -> None:
    (site.knowledge_dir / path).write_text(text, "utf-8")


def rolled_back(site: Ingestion, number: int | None = None) -> Restored:
    told: list[Restored] = []
    site.rollback(number, seen=told.append)
    (restored,) = told
    return restored


def test_the_mistake_does_not_come_back(site: Ingestion):
    restored = rolled_back(site)
    assert restored.files == (BOAT, NEW, UMBRELLA)
    assert "08:00" in read(site, UMBRELLA)
    assert (site.knowledge_dir / BOAT).exists() and not (site.knowledge_dir / NEW).exists()
    assert "08:30" in read(site, f"{restored.kept_in}/{UMBRELLA}")
    assert read(site, f"{restored.kept_in}/{NEW}") == ENTRY
    outcome = site.publish()
    assert (outcome.result, outcome.version.number) == (Result.UNCHANGED, 1)
    write(site, KEYS, read(site, KEYS) + "\nAsk for Anna.\n")
    outcome = site.publish()
    assert (outcome.version.number, outcome.version.changes) == (3, "1 changed")


def test_unpublished_work_is_not_lost(site: Ingestion):
    write(site, UMBRELLA, read(site, UMBRELLA) + "\nA correction that somebody is writing.\n")
    write(site, KEYS, read(site, KEYS) + "\nHalf a sentence\n")
    restored = rolled_back(site)
    assert "somebody is writing" in read(site, f"{restored.kept_in}/{UMBRELLA}")
    assert "08:00" in read(site, UMBRELLA)
    assert restored.edited == (KEYS,)
    assert "Half a sentence" in read(site, KEYS)


def test_forth_and_back_again_keeps_each_time(site: Ingestion):
    first = rolled_back(site)
    second = rolled_back(site, 2)
    assert second.kept_in != first.kept_in
    assert "08:30" in read(site, UMBRELLA)
    assert "08:00" in read(site, f"{second.kept_in}/{UMBRELLA}")
    assert read(site, NEW) == ENTRY


def test_files_that_cannot_be_put_back_do_not_hinder_the_rollback(site: Ingestion):
    (site.data_dir / "versions" / "1" / "knowledge.zip").unlink()
    restored = rolled_back(site)
    assert "sources of version 1" in restored.trouble
    assert restored.files == ()
    assert site.current() == 1
    assert "08:30" in read(site, UMBRELLA)


def test_a_folder_that_is_not_there_is_not_made(site: Ingestion):
    away = site.knowledge_dir.rename(site.knowledge_dir.with_name("elsewhere"))
    restored = rolled_back(site)
    assert restored.trouble and not site.knowledge_dir.exists() and away.is_dir()
    assert site.current() == 1


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from bot.services import restoring
    from bot.services.ingestion import Ingestion
    from bot.stores import generations
    from tests.doubles import HashEncoder, in_this_process

    knowledge, data, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    def die(*arguments, **named):
        os.kill(os.getpid(), signal.SIGKILL)
    put, done = restoring._put, []
    def put_until(limit):
        def putting(place, content):
            done.append(place)
            if len(done) > limit:
                die()
            put(place, content)
        return putting
    if moment == "keeping":
        restoring._put = put_until(1)
    if moment == "before the pointer":
        generations._sync_tree = die
    if moment == "after the pointer":
        generations._append = die
    if moment == "between the files":
        restoring._put = put_until(4)
    encoder = HashEncoder()
    Ingestion(knowledge, data, lambda: encoder, calibrate=lambda folder, model: None, **in_this_process()).rollback()
    """
)


@pytest.mark.parametrize("moment", ["keeping", "before the pointer", "after the pointer", "between the files"])
@pytest.mark.parametrize("edited", [False, True])
def test_a_kill_leaves_the_one_or_the_other(site: Ingestion, moment: str, edited: bool):
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(site.knowledge_dir), str(site.data_dir), moment],
        cwd=ROOT, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    if edited:
        write(site, UMBRELLA, read(site, UMBRELLA) + "\nAsk at the desk.\n")
    gone_back = moment in ("after the pointer", "between the files")
    assert site.current() == (1 if gone_back else 2)
    outcome = site.publish()
    assert outcome.result is (Result.PUBLISHED if edited else Result.UNCHANGED)
    assert (site.knowledge_dir / BOAT).exists() is gone_back
    assert (site.knowledge_dir / NEW).exists() is not gone_back
    assert ("Ask at the desk" in read(site, UMBRELLA)) is edited
    if not edited:
        assert outcome.version.number == (1 if gone_back else 2)
        assert ("08:00" in read(site, UMBRELLA)) is gone_back
    assert any((site.knowledge_dir / "taken-back").rglob("*.md")) is gone_back


def watched(site: Ingestion, monkeypatch: pytest.MonkeyPatch, *steps) -> None:
    """`ingest.py --watch` on a folder in which these things happen one after the other, each noticed as a change."""

    def changes(*given, **more):
        yield set()
        for step in steps:
            yield {"a change"} if step() is None else set()

    monkeypatch.setattr("watchfiles.watch", changes)
    monkeypatch.setattr(ingest, "_ingestion", lambda options, settings: site)
    assert ingest.main(["--watch", "--quiet"]) == 0


def test_a_watched_folder_does_not_publish_the_mistake_again(site: Ingestion, monkeypatch: pytest.MonkeyPatch):
    watched(site, monkeypatch, lambda: site.rollback() and None)
    assert site.current() == 1
    assert [version.number for version in site.versions()] == [1, 2, 1]


def test_a_watched_folder_is_published_once_another_publication_is_over(
    site: Ingestion, monkeypatch: pytest.MonkeyPatch, capsys
):  # fmt: skip
    lock = generations.exclusive(site.data_dir)

    def change() -> None:
        lock.__enter__()
        write(site, KEYS, read(site, KEYS) + "\nAsk for Anna.\n")

    watched(site, monkeypatch, change, lambda: "nothing", lambda: lock.__exit__(None, None, None) or "nothing")
    assert site.current() == 3
    assert capsys.readouterr().err.count("another ingest is at work") == 1


def test_the_command_names_the_files(site: Ingestion, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(ingest, "_ingestion", lambda options, settings: site)
    write(site, KEYS, read(site, KEYS) + "\nHalf a sentence\n")
    assert ingest.main(["--rollback", "--quiet"]) == 0
    said = capsys.readouterr().out
    assert f"{UMBRELLA}: put back" in said
    assert f"kept in {site.knowledge_dir / 'taken-back'}" in said
    assert f"{KEYS}: changed since the last publication and left as it is" in said


def test_what_is_read_is_not_older_than_what_a_rollback_put_in_place(site: Ingestion):
    """A publication that began while a rollback was at work must not have read the folder before it."""
    held = []

    def encoder() -> HashEncoder:
        with pytest.raises(generations.Busy), generations.exclusive(site.data_dir):
            pass
        held.append(True)
        return HashEncoder()

    replace(site, encoder=encoder).publish()
    assert held
