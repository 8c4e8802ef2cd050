"""Golden questions as they are kept for the next publication."""

import json
from pathlib import Path

import pytest

from bot.stores import golden_files

LINE = (
    "- {{id: a, topic: t, language: en, kind: direct, expected: [x], "
    "now: 2026-03-20T09:00:00+08:00, question: {}}}\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(golden_files, "FOLDER", tmp_path)
    (tmp_path / "part.yaml").write_text(LINE.format("Where"), "utf-8")
    return tmp_path


def test_what_is_kept_is_what_was_read(folder: Path):
    first = golden_files.read_again(folder)
    assert (folder / golden_files.KEPT).exists()
    assert golden_files.read_again(folder) == first == golden_files.read()


def test_a_changed_file_is_read_anew(folder: Path):
    golden_files.read_again(folder)
    (folder / "part.yaml").write_text(LINE.format("When"), "utf-8")
    assert [question.text for question in golden_files.read_again(folder)] == ["When"]


@pytest.mark.parametrize("damage", ["", "{", "[]", json.dumps({"digest": 1})])
def test_a_damaged_copy_is_passed_over(folder: Path, damage: str):
    (folder / golden_files.KEPT).write_text(damage, "utf-8")
    assert [question.text for question in golden_files.read_again(folder)] == ["Where"]


def test_a_folder_that_is_not_there_is_no_obstacle(folder: Path):
    assert golden_files.read_again(folder / "nowhere")
