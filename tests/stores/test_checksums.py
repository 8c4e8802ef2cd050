"""Checksums of a generation: which change of its files is damage and which is not."""

import os
from pathlib import Path

import pytest

from bot.stores import checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {"vectors.npy": b"vectors", "bm25-zh/places.npy": b"places", "chroma/db": b"chroma"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    checksums.write(tmp_path)
    return tmp_path


def test_what_was_built_is_whole(folder: Path):
    assert checksums.damaged(folder) == []
    checksums.write(folder)
    assert checksums.damaged(folder) == []


@pytest.mark.parametrize("name", ["vectors.npy", "bm25-zh/places.npy", "chroma/db"])
def test_a_file_that_is_missing_or_cut_short_is_damage(folder: Path, name: str):
    os.truncate(folder / name, 3)
    assert checksums.damaged(folder) == [name]
    (folder / name).unlink()
    assert checksums.damaged(folder) == [name]
    assert checksums.whole([folder]) == []


def test_other_content_of_the_same_size_is_damage_except_in_chroma_which_writes_itself(folder: Path):
    (folder / "chroma/db").write_bytes(b"chroma and more")
    (folder / "golden.json").write_bytes(b"came later")
    assert checksums.whole([folder]) == [folder]
    (folder / "vectors.npy").write_bytes(b"vEctors")
    assert checksums.damaged(folder) == ["vectors.npy"]
    checksums.renew(folder, "vectors.npy")
    assert checksums.damaged(folder) == []


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[]", b'{"vectors.npy": 7}'])
def test_without_readable_checksums_nothing_is_known_to_be_whole(folder: Path, content: bytes | None):
    (folder / checksums.NAME).unlink()
    if content is not None:
        (folder / checksums.NAME).write_bytes(content)
    assert checksums.damaged(folder) == [checksums.NAME]
