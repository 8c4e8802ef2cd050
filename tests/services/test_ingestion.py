"""Publishing and going back, with a real index (Chroma, BM25) and an encoder that needs no model."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ingest
from bot.services.ingestion import Ingestion, Result
from bot.settings import ROOT
from bot.stores import generations, index, index_chroma, verification
from bot.stores.beside import ProcessDied
from bot.stores.generations import GenerationError
from bot.stores.index import Index
from tests.doubles import HashEncoder, in_this_process

CONGRESS = ROOT / "tests" / "congress"


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture
def installation(tmp_path: Path, encoder: HashEncoder) -> Ingestion:
    """The imaginary congress in folders of its own; verified in this process, which is quicker."""
    knowledge = shutil.copytree(CONGRESS, tmp_path / "knowledge")
    return Ingestion(
        knowledge, tmp_path / "data", lambda: encoder, calibrate=lambda folder, model: None,
        **in_this_process(verify_here),
    )


def verify_here(folder: Path, chroma_url: str | None) -> str | None:
    try:
        verification.inspect(folder, chroma_url)
    except GenerationError as error:
        return str(error)
    return None


def edit(installation: Ingestion, file: str, old: str, new: str) -> None:
    path = installation.knowledge_dir / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def body(installation: Ingestion, entry_id: str) -> str:
    """What the published generation says in English."""
    index = Index(generations.current(installation.data_dir), installation.encoder())
    try:
        return index.entries[entry_id].renderings["en"].body
    finally:
        index.close()


def test_publish_then_nothing_to_do_then_only_what_changed(installation: Ingestion, encoder: HashEncoder):
    stages = []
    first = installation.publish(progress=lambda stage, done, total: stages.append(stage), who="anna")
    assert (first.result, first.version.number, first.version.who) == (Result.PUBLISHED, 1, "anna")
    assert first.version.changes == "11 added"
    assert (first.version.entries, first.version.samples) == (11, 1)
    assert first.computed == len(encoder.encoded) > 100
    assert list(dict.fromkeys(stages)) == ["computing vectors", "storing", "calibrating", "verifying"]

    encoder.encoded.clear()
    again = installation.publish()
    assert (again.result, again.version.number) == (Result.UNCHANGED, 1)
    assert encoder.encoded == []

    edit(installation, "practical/umbrella.en.md", "08:00 to 19:00", "08:30 to 19:00")
    second = installation.publish()
    assert (second.result, second.version.number, second.version.parent) == (Result.PUBLISHED, 2, 1)
    assert second.version.changes == "1 changed"
    assert encoder.encoded == ["Umbrellas are left at the cloakroom next to Gate 1, open from 08:30 to 19:00."]
    assert body(installation, "umbrella").endswith("08:30 to 19:00.")


def test_the_published_programme_knows_its_version(installation: Ingestion, encoder: HashEncoder):
    installation.publish()
    index = Index(generations.current(installation.data_dir), encoder)
    try:
        assert (index.version, index.programme.version) == (1, 1)
        assert index.programme.session("welcome").speakers == ("ada-lamp",)
    finally:
        index.close()


def test_errors_refuse_and_the_published_version_stays(installation: Ingestion):
    installation.publish()
    edit(installation, "programme/2031-05-20.yaml", "room: oak-hall", "room: oak-hal")
    outcome = installation.publish()
    assert outcome.result is Result.REFUSED
    assert outcome.knowledge.errors
    assert generations.current_number(installation.data_dir) == 1


def test_strict_refuses_samples(installation: Ingestion):
    outcome = installation.publish(strict=True)
    assert (outcome.result, outcome.refusal) == (Result.REFUSED, "sample entries are left (1): keys")
    for language in ("zh", "ru", "en"):
        edit(installation, f"practical/keys.{language}.md", "status: sample", "status: confirmed")
    assert installation.publish(strict=True).result is Result.PUBLISHED


def test_another_encoder_is_a_reason_to_build(installation: Ingestion):
    installation.publish()
    other = HashEncoder(48, identity="double:other")
    outcome = replace(installation, encoder=lambda: other).publish()
    assert outcome.result is Result.PUBLISHED
    assert outcome.computed == len(other.encoded)


def test_an_unsound_build_is_not_published_and_leaves_nothing(installation: Ingestion):
    installation.publish()
    edit(installation, "practical/umbrella.en.md", "08:00", "08:30")
    broken = replace(installation, **in_this_process(lambda folder, url: "2 probes do not find themselves"))
    with pytest.raises(GenerationError, match="2 probes do not find themselves"):
        broken.publish()
    assert [path.name[:4] for path in (installation.data_dir / "generations").iterdir()] == ["0001"]
    assert body(installation, "umbrella").endswith("08:00 to 19:00.")


def test_a_helping_process_that_is_ended_leaves_everything_as_it_was(installation: Ingestion):
    installation.publish()
    edit(installation, "practical/umbrella.en.md", "08:00", "08:30")

    def ended(*details: object) -> tuple:
        raise ProcessDied("exit status -9")

    with pytest.raises(GenerationError, match="publish again"):
        replace(installation, measure=ended).publish()
    assert [path.name[:4] for path in (installation.data_dir / "generations").iterdir()] == ["0001"]
    assert installation.publish().result is Result.PUBLISHED


def test_a_damaged_pointer_is_healed_by_publishing(installation: Ingestion, encoder: HashEncoder):
    installation.publish()
    (installation.data_dir / "CURRENT").write_text("garbage\n")
    broken = replace(installation, **in_this_process(lambda folder, url: "no probe finds itself"))
    with pytest.raises(GenerationError, match="no probe finds itself"):
        broken.publish()
    encoder.encoded.clear()
    outcome = installation.publish()
    assert (outcome.result, outcome.version.number, outcome.version.parent) == (Result.PUBLISHED, 2, 1)
    assert encoder.encoded == []
    assert [version.number for version in installation.versions()] == [1, 2]
    assert body(installation, "umbrella").endswith("08:00 to 19:00.")
    assert installation.rollback().number == 1


def cut_the_vectors(folder: Path) -> None:
    os.truncate(folder / "vectors.npy", 200)


def empty_the_words(folder: Path) -> None:
    (folder / "words.npz").write_bytes(b"")


def flip_a_bit(folder: Path) -> None:
    path = folder / "bm25-en" / "places.npy"
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("spoil", ["cut_the_vectors", "empty_the_words", "flip_a_bit", "halve_the_database"])
def test_a_damaged_generation_does_not_stay_and_hands_nothing_over(installation: Ingestion, spoil: str, edited: bool):
    # Whoever opened the damaged one would fail, and so would the comparison with it.
    installation = replace(installation, measure=lambda *details: pytest.fail("a damaged generation was asked"))
    installation.publish()
    globals()[spoil](generations.current(installation.data_dir))
    if edited:
        edit(installation, "practical/umbrella.en.md", "08:00", "08:30")
    outcome = installation.publish()
    assert (outcome.result, outcome.version.number, outcome.version.parent) == (Result.PUBLISHED, 2, 1)
    assert outcome.version.changes == ("1 changed" if edited else "no entry changed")
    assert verify_here(generations.current(installation.data_dir), None) is None
    assert installation.publish().result is Result.UNCHANGED


def test_the_current_version_is_restored_when_it_is_damaged(installation: Ingestion):
    installation.publish()
    empty_the_words(generations.current(installation.data_dir))
    quietly = replace(installation, **in_this_process(lambda folder, url: verify_quietly(folder)))
    assert quietly.rollback(1).number == 1
    assert body(installation, "umbrella").endswith("08:00 to 19:00.")


def test_to_be_opened_and_rolled_back_to_is_no_damage(installation: Ingestion, encoder: HashEncoder):
    installation.publish()
    shipped = (installation.knowledge_dir / "programme/2031-05-20.yaml").read_text("utf-8")
    edit(installation, "programme/2031-05-20.yaml", "Talk on lenses", "Talk on new lenses")
    assert installation.publish().result is Result.PUBLISHED
    first, asked = next((installation.data_dir / "generations").glob("0001-*")), "golden.json"
    (first / asked).write_text("{}")
    assert installation.rollback().number == 1
    (first / asked).write_text('{"a": "right"}')
    (installation.knowledge_dir / "programme/2031-05-20.yaml").write_text(shipped, "utf-8")
    index = Index(generations.current(installation.data_dir), encoder)
    try:
        index.documents("umbrella", 3)
        outcome = installation.publish()
    finally:
        index.close()
    assert (outcome.result, outcome.version.number) == (Result.UNCHANGED, 1)


def test_a_rebuild_takes_nothing_over(installation: Ingestion, encoder: HashEncoder):
    installation.publish()
    path = generations.current(installation.data_dir) / "chroma" / "chroma.sqlite3"
    path.write_bytes(b"\0" * path.stat().st_size)  # as long as before: only Chroma itself can tell
    encoder.encoded.clear()
    outcome = installation.publish(rebuild=True)
    assert (outcome.result, outcome.version.number) == (Result.PUBLISHED, 2)
    assert outcome.computed == len(encoder.encoded) > 100
    assert verify_here(generations.current(installation.data_dir), None) is None


def test_prune_keeps_two_generations_and_all_sources(installation: Ingestion):
    for minute in range(10, 14):
        edit(installation, "practical/umbrella.en.md", "from 08:", f"from 08:{minute} or 08:")
        installation.publish()
    assert sorted(path.name[:4] for path in (installation.data_dir / "generations").iterdir()) == ["0003", "0004"]
    assert sorted(path.name for path in (installation.data_dir / "versions").glob("[0-9]*")) == ["1", "2", "3", "4"]


def test_rollback_to_the_kept_generation_and_to_an_old_one(installation: Ingestion, encoder: HashEncoder):
    for minute in (10, 20, 30):
        text = (CONGRESS / "practical/umbrella.en.md").read_text("utf-8").replace("08:00", f"08:{minute}")
        (installation.knowledge_dir / "practical/umbrella.en.md").write_text(text, "utf-8")
        installation.publish()
    encoder.encoded.clear()
    assert installation.rollback(reason="wrong time").number == 2
    assert encoder.encoded == []
    assert body(installation, "umbrella").endswith("08:20 to 19:00.")
    assert installation.rollback().number == 1
    assert body(installation, "umbrella").endswith("08:10 to 19:00.")
    assert installation.rollback(3).number == 3
    assert body(installation, "umbrella").endswith("08:30 to 19:00.")
    actions = [(version.number, version.action, version.reason) for version in installation.versions()]
    assert actions[3:] == [(2, "rolled back", "wrong time"), (1, "rolled back", ""), (3, "rolled back", "")]


def test_rollback_says_what_cannot_be(installation: Ingestion):
    with pytest.raises(GenerationError, match="no version before"):
        installation.rollback()
    installation.publish()
    with pytest.raises(GenerationError, match="no version before"):
        installation.rollback()
    with pytest.raises(GenerationError, match="there is no version 7"):
        installation.rollback(7)
    with pytest.raises(GenerationError, match="current one already"):
        installation.rollback(1)


def test_rollback_rebuilds_a_damaged_generation(installation: Ingestion):
    installation.publish()
    damaged = generations.current(installation.data_dir)
    edit(installation, "practical/umbrella.en.md", "08:00", "08:30")
    installation.publish()
    (damaged / "vectors.npy").write_bytes(b"nothing")
    version = replace(installation, **in_this_process(lambda folder, url: verify_quietly(folder))).rollback()
    assert version.generation.endswith(".1")
    assert body(installation, "umbrella").endswith("08:00 to 19:00.")


def verify_quietly(folder: Path) -> str | None:
    try:
        verification.inspect(folder)
    except Exception as error:  # a damaged file raises whatever its reader raises
        return str(error)
    return None


@pytest.mark.parametrize(("lost", "spoilt", "said"), [(1, 0, None), (1, 1, "1 of"), (9, 0, "9 of")])
def test_a_probe_that_the_graph_misses_is_no_damage(installation: Ingestion, monkeypatch, lost, spoilt, said):
    """Chroma's graph has now and then a node without a way in; another vector than ours is damage all the same."""
    installation.publish()
    folder = generations.current(installation.data_dir)
    monkeypatch.setattr(verification, "_lost", lambda collection, index, places: places[:lost])
    if spoilt:
        opened = index.Index(folder, installation.encoder())
        first = index_chroma.passage_ids(opened.passages[:1])
        opened._store._collection.update(ids=first, embeddings=(-opened.vectors[:1]).tolist())
        opened.close()
    found = verify_here(folder, None)
    assert found is None if said is None else found is not None and found.startswith(said)


def test_verification_runs_in_a_process_of_its_own_and_notices_damage(installation: Ingestion):
    installation.publish()
    folder = generations.current(installation.data_dir)
    assert verification.verify(folder) is None
    for number, spoil in enumerate((halve_the_database, exchange_the_vectors, lose_a_field)):
        damaged = shutil.copytree(folder, folder.with_name(f"000{number + 2}-00000000"))
        spoil(damaged)
        assert verification.verify(damaged), spoil


def halve_the_database(folder: Path) -> None:
    path = folder / "chroma" / "chroma.sqlite3"
    os.truncate(path, path.stat().st_size // 2)


def exchange_the_vectors(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.load(folder / "vectors.npy")[::-1])


def lose_a_field(folder: Path) -> None:
    (folder / "concepts.npz").unlink()


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from bot.services.ingestion import Ingestion
    from bot.stores import generations, index_chroma
    from tests.doubles import HashEncoder, all_is_well, in_this_process

    knowledge, data, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    def die(*arguments, **named):
        os.kill(os.getpid(), signal.SIGKILL)
    class Dying(HashEncoder):
        def passages(self, texts):
            die()
    encoder = Dying() if moment == "encoding" else HashEncoder()
    if moment == "storing":
        index_chroma.close = die
    if moment == "before the pointer":
        generations._sync_tree = die
    if moment == "after the pointer":
        generations._append = die
    Ingestion(knowledge, data, lambda: encoder,
              calibrate=die if moment == "calibrating" else lambda folder, encoder: None,
              **in_this_process(die if moment == "verifying" else all_is_well)).publish()
    """
)


@pytest.mark.parametrize(
    "moment", ["encoding", "storing", "calibrating", "verifying", "before the pointer", "after the pointer"]
)
def test_a_kill_at_any_moment_leaves_a_served_generation(installation: Ingestion, moment: str):
    installation.publish()
    edit(installation, "practical/umbrella.en.md", "08:00", "08:30")
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(installation.knowledge_dir), str(installation.data_dir), moment],
        cwd=ROOT, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    flipped = moment == "after the pointer"
    assert body(installation, "umbrella").endswith("08:30 to 19:00." if flipped else "08:00 to 19:00.")
    outcome = installation.publish()
    assert outcome.result is (Result.UNCHANGED if flipped else Result.PUBLISHED)
    assert outcome.version.number == 2
    assert [version.number for version in installation.versions()] == [1, 2]
    assert sorted(path.name[:4] for path in (installation.data_dir / "generations").iterdir()) == ["0001", "0002"]
    assert body(installation, "umbrella").endswith("08:30 to 19:00.")


# The command line


@pytest.fixture
def command(installation: Ingestion, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ingest, "_ingestion", lambda options, settings: installation)
    return ingest.main


def test_check_reports_and_touches_nothing(installation: Ingestion, command, capsys):
    assert command(["--check"]) == 0
    assert "11 entries, 4 sessions, 1 venue, 1 sample, 0 drafts, 0 errors, 0 warnings." in capsys.readouterr().out
    assert command(["--check", "--strict"]) == 1
    edit(installation, "programme/2031-05-20.yaml", "room: oak-hall", "room: oak-hal")
    assert command(["--check"]) == 1
    assert "programme/2031-05-20.yaml:6: room oak-hal is unknown; did you mean oak-hall?" in capsys.readouterr().out
    assert not installation.data_dir.exists()


def test_publish_versions_and_rollback_by_command(installation: Ingestion, command, capsys):
    assert command(["--reason", "first"]) == 0
    assert "Published version 1" in capsys.readouterr().out
    assert command([]) == 0
    assert "Nothing changed: version 1 stays current" in capsys.readouterr().out
    edit(installation, "practical/umbrella.en.md", "08:00", "08:30")
    assert command([]) == 0
    assert command(["--rollback"]) == 0
    assert "Version 1 is current again" in capsys.readouterr().out
    assert command(["--rollback"]) == 1
    assert "no version before" in capsys.readouterr().err
    (installation.data_dir / "CURRENT").write_text("garbage")
    assert command(["--versions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("*    1")
    assert "first" in lines[0]
    edit(installation, "practical/umbrella.en.md", "# Umbrella storage", "")
    assert command([]) == 1
    assert "not published: 1 error;" in capsys.readouterr().err


def test_help_is_instant_and_check_needs_no_heavy_library():
    code = (
        "import sys, ingest; ingest.main(['--check']); print(sorted({'torch', 'chromadb', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.rstrip().endswith("[]"), done.stdout + done.stderr
