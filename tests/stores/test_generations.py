"""Generations on disk: the pointer, the log, what is kept, and the lock. No index is built here."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from bot.stores import generations
from bot.stores.generations import GenerationError, Version


def version(number: int, generation: str, **more: object) -> Version:
    return Version(number, generation, "d" * 64, "model", "anna", f"2031-05-0{number % 9 + 1}T10:00:00+00:00", **more)


def put(data: Path, number: int, digest: str = "0123456789abcdef", publish: bool = True) -> Version:
    folder = generations.new_folder(data, number, digest)
    (folder / "manifest.json").write_text("{}")
    made = version(number, folder.name, parent=generations.current_number(data))
    generations.keep_sources(data, number, {"event.yaml": b"id: x\n", "a/b.zh.md": "# 标题".encode()}, folder / "none")
    if publish:
        generations.publish(data, made)
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    generations.prepare(folder)
    return folder


def test_nothing_is_published_at_first(data: Path):
    assert generations.pointer(data) is None
    assert generations.current_number(data) is None
    with pytest.raises(GenerationError, match=r"python ingest\.py"):
        generations.current(data)


def test_the_data_directory_is_private(data: Path):
    data.chmod(0o755)
    generations.prepare(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_the_pointer_names_what_was_published_last(data: Path):
    put(data, 1)
    put(data, 2)
    assert generations.pointer(data) == "0002-01234567"
    assert generations.current(data) == data / "generations" / "0002-01234567"
    assert [version.number for version in generations.history(data)] == [1, 2]
    assert not list(data.glob("*.tmp"))


def test_a_damaged_pointer_is_no_path_out_of_the_directory(data: Path):
    for content in (b"../../etc", b"", b"\xff\xfe", b"0001-0123456", b"/0001-01234567"):
        (data / "CURRENT").write_bytes(content)
        with pytest.raises(GenerationError, match=r"python ingest\.py"):
            generations.current(data)


def test_after_a_damaged_pointer_the_log_says_which_number_was_current(data: Path):
    put(data, 1)
    put(data, 2)
    (data / "CURRENT").write_text("garbage\n")
    assert (generations.current_number(data), generations.next_number(data)) == (2, 3)
    generations.recover(data)
    assert [version.number for version in generations.history(data)] == [1, 2]
    (data / "versions" / "versions.jsonl").write_bytes(b"\xff\xfe")
    assert (generations.current_number(data), generations.next_number(data)) == (None, 1)


def test_a_file_in_place_of_the_data_directory_is_named(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(GenerationError, match=r"CURRENT cannot be read .*BOT_DATA_DIR must be a folder"):
        generations.pointer(tmp_path / "data")


def test_a_missing_generation_is_said(data: Path):
    (data / "CURRENT").write_text("0007-01234567\n")
    with pytest.raises(GenerationError, match="missing"):
        generations.current(data)


def test_prune_keeps_the_current_and_the_one_served_before(data: Path):
    for number in range(1, 5):
        put(data, number)
    put(data, 5, publish=False)
    (data / "versions" / "9").mkdir()
    assert generations.prune(data) == ["0001-01234567", "0002-01234567", "0005-01234567"]
    assert [folder.name for folder in generations.kept(data)] == ["0004-01234567", "0003-01234567"]
    assert sorted(path.name for path in (data / "versions").iterdir()) == ["1", "2", "3", "4", "versions.jsonl"]
    assert generations.prune(data) == []


def test_after_a_rollback_the_version_left_is_kept(data: Path):
    first = put(data, 1)
    put(data, 2)
    generations.publish(data, first)
    generations.prune(data)
    assert [folder.name for folder in generations.kept(data)] == ["0001-01234567", "0002-01234567"]


def test_numbers_are_never_used_twice(data: Path):
    first = put(data, 1)
    put(data, 2)
    generations.publish(data, first)
    assert generations.next_number(data) == 3


def test_a_published_directory_is_never_built_over(data: Path):
    put(data, 1)
    assert generations.new_folder(data, 1, "0123456789").name == "0001-01234567.1"


def test_a_kill_between_pointer_and_log_is_made_good(data: Path):
    put(data, 1)
    put(data, 2)
    log = data / "versions" / "versions.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text(lines[0] + lines[1][:40])  # torn in the middle of a line
    assert [version.number for version in generations.history(data)] == [1]
    generations.recover(data)
    assert [version.number for version in generations.history(data)] == [1, 2]
    generations.recover(data)
    assert len(generations.history(data)) == 2
    (generations.current(data) / "publication.json").write_bytes(b"\xff\xfe")
    generations.recover(data)
    assert len(generations.history(data)) == 2
    put(data, 3)
    assert [version.number for version in generations.history(data)] == [1, 2, 3]


def test_the_log_reads_lines_of_other_releases(data: Path):
    put(data, 1)
    log = data / "versions" / "versions.jsonl"
    row = json.loads(log.read_text())
    log.write_text(json.dumps(row | {"mood": "good"}) + "\nnonsense\n[]\n")
    assert [version.number for version in generations.history(data)] == [1]


def test_sources_come_back_as_they_were(data: Path, tmp_path: Path):
    calibration = tmp_path / "calibration.json"
    calibration.write_text("{}")
    files = {"event.yaml": b"\xff\xfe\0", "a/b.zh.md": "# 标题".encode(), "a/empty.ru.md": b""}
    generations.keep_sources(data, 1, files, calibration)
    assert generations.sources(data, 1) == (files, b"{}")
    (data / "versions/1/knowledge.zip").write_bytes(b"PK")
    with pytest.raises(GenerationError, match="the sources of version 1"):
        generations.sources(data, 1)


def _hold(data: Path, ready: multiprocessing.Event, leave: multiprocessing.Event) -> None:
    with generations.exclusive(data):
        ready.set()
        leave.wait(20)


def test_a_second_ingest_is_told_who_is_at_work(data: Path):
    context = multiprocessing.get_context("spawn")
    ready, leave = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(data, ready, leave))
    process.start()
    assert ready.wait(20)
    with pytest.raises(GenerationError, match=f"another ingest is at work .process {process.pid}"), \
            generations.exclusive(data):  # fmt: skip
        pytest.fail("the lock was given twice")
    os.kill(process.pid, 9)
    process.join(20)
    with generations.exclusive(data):
        pass
