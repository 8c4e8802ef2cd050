"""Checksums of a generation's files: whether they are still what was built, seen without opening the index."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from pathlib import Path

NAME = "checksums.json"
Noted = tuple[int, int]
"""Size and CRC-32 of a file."""
_CHROMA = "chroma/"
"""Chroma writes into its own files whenever it opens them: of those only that none is missing or cut short is known."""


def write(folder: Path) -> None:
    """Note every file of a finished generation: size and CRC-32."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != NAME]
    _keep(folder, {path.relative_to(folder).as_posix(): _sum(path) for path in files})


def renew(folder: Path, name: str) -> None:
    """Note anew one file that was replaced on purpose."""
    if noted := _noted(folder):
        _keep(folder, noted | {name: _sum(folder / name)})


def damaged(folder: Path) -> list[str]:
    """The files that are not as they were built (a tenth of a second for 90 MB); files that came later do not count."""
    noted = _noted(folder)
    return [name for name, known in noted.items() if not _is_whole(folder / name, known, name)] if noted else [NAME]


def whole(folders: Iterable[Path]) -> list[Path]:
    """Those generations of which no file is damaged: nothing must be taken over from another."""
    return [folder for folder in folders if not damaged(folder)]


def _is_whole(path: Path, noted: Noted, name: str) -> bool:
    try:
        return path.stat().st_size >= noted[0] if name.startswith(_CHROMA) else _sum(path) == noted
    except OSError:
        return False


def _sum(path: Path) -> Noted:
    content = path.read_bytes()
    return len(content), zlib.crc32(content)


def _noted(folder: Path) -> dict[str, Noted]:
    """What was noted; nothing when that cannot be read."""
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
        return {name: (int(size), int(crc)) for name, (size, crc) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(folder: Path, noted: dict[str, Noted]) -> None:
    (folder / NAME).write_text(json.dumps(noted, indent=1), "utf-8")
