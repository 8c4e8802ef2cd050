"""Files that an organizer sends: a single one or a zip, unpacked with suspicion, each with its place in knowledge/."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import PurePosixPath

LARGEST_UPLOAD = 10_000_000
LARGEST_FILE = 1_000_000
"""Bytes of one knowledge file, as the reader of the folder has it."""
LARGEST_TOTAL = 20_000_000
"""Bytes of everything in an archive, unpacked."""
MOST_FILES = 500
MOST_GROWTH = 150
"""How many times larger than packed a member may be: text packs to a tenth, a bomb to a thousandth."""
READ_SUFFIXES = (".md", ".yaml", ".yml", ".csv", ".xlsx")
SECTIONS = ("forum", "cooperation", "tianjin", "sco", "practical", "venues", "visits", "programme")
_PROSE_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,39})\.(?:zh|ru|en)\.md")
_LEFTOVERS = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class Why(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    BOMB = "bomb"
    TRAVERSAL = "traversal"
    LINK = "link"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TWICE = "twice"
    KIND = "kind"
    EMPTY = "empty"
    NO_PLACE = "no-place"


class UploadRefused(Exception):
    """The upload is not taken; which member it was, when it was one of an archive."""

    def __init__(self, why: Why, name: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.name = "".join(character if character.isprintable() else "?" for character in name)[:120]


def unpack(name: str, content: bytes) -> dict[str, bytes]:
    """The files of an upload by their (relative) names; UploadRefused for anything suspicious."""
    if len(content) > LARGEST_UPLOAD:
        raise UploadRefused(Why.TOO_LARGE, name)
    if PurePosixPath(name).suffix.lower() == ".zip":
        return _unzipped(content)
    base = PurePosixPath(name.replace("\\", "/")).name
    _check_kind(base)
    _check_content(base, content)
    return {base: content}


def _check_kind(name: str) -> None:
    if PurePosixPath(name).suffix.lower() not in READ_SUFFIXES:
        raise UploadRefused(Why.KIND, name)


def _check_content(name: str, content: bytes) -> None:
    if len(content) > LARGEST_FILE:
        raise UploadRefused(Why.TOO_LARGE, name)
    if PurePosixPath(name).suffix.lower() == ".xlsx":
        # A workbook is an archive too.
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = archive.infolist()
                if len(members) > MOST_FILES or sum(member.file_size for member in members) > LARGEST_TOTAL:
                    raise UploadRefused(Why.BOMB, name)
                for member in members:
                    _read(archive, member, LARGEST_TOTAL)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise UploadRefused(Why.DAMAGED, name) from error


def _unzipped(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise UploadRefused(Why.TOO_MANY)
            left = LARGEST_TOTAL
            for member in members:
                path = _safe_path(member)
                if member.is_dir() or path.startswith("__MACOSX/") or PurePosixPath(path).name in _LEFTOVERS:
                    continue
                _check_kind(path)
                if path.casefold() in {known.casefold() for known in found}:
                    raise UploadRefused(Why.TWICE, path)
                found[path] = _read(archive, member, min(LARGEST_FILE, left))
                left -= len(found[path])
                _check_content(path, found[path])
    except UploadRefused:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise UploadRefused(Why.DAMAGED) from error
    except Exception as error:  # zlib.error and its like: whatever it is, the archive is not to be trusted
        raise UploadRefused(Why.DAMAGED) from error
    if not found:
        raise UploadRefused(Why.EMPTY)
    return _without_wrapping(found)


def _safe_path(member: zipfile.ZipInfo) -> str:
    """The member's path, when it stays below the folder it is unpacked in."""
    raw = member.orig_filename if isinstance(member.orig_filename, str) else member.filename
    path = raw.replace("\\", "/")
    parts = PurePosixPath(path).parts
    if not path or "\0" in raw or path.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", path):
        raise UploadRefused(Why.TRAVERSAL, raw)
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UploadRefused(Why.LINK, raw)
    if member.flag_bits & 0x1:
        raise UploadRefused(Why.ENCRYPTED, raw)
    return str(PurePosixPath(path))


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The content of a member, never more than `limit` of it, whatever its header says."""
    if member.file_size > limit:
        raise UploadRefused(Why.TOO_LARGE if member.file_size < LARGEST_TOTAL else Why.BOMB, member.filename)
    if member.file_size > MOST_GROWTH * max(member.compress_size, 1_000):
        raise UploadRefused(Why.BOMB, member.filename)
    with archive.open(member) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise UploadRefused(Why.BOMB, member.filename)
    return content


def _without_wrapping(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without the one folder that holds everything, as a zipped knowledge/ has it."""
    first = {PurePosixPath(path).parts[0] for path in files if len(PurePosixPath(path).parts) > 1}
    wrapped = len(first) == 1 and all(len(PurePosixPath(path).parts) > 1 for path in files)
    if wrapped and not first & set(SECTIONS):
        return {str(PurePosixPath(*PurePosixPath(path).parts[1:])): content for path, content in files.items()}
    return files


def placed(files: Mapping[str, bytes], known: Iterable[str], caption: str = "") -> dict[str, bytes]:
    """The same files under their paths in knowledge/.

    A bare name goes where a file of that name stands already, or its entry in another language; a new one into the
    folder that the caption names. UploadRefused (no-place) when nothing tells.
    """
    paths = [path for path in known if not path.startswith("drafts/")]
    section = caption.strip().strip("/").split("/")[0].casefold()
    section = section if section in SECTIONS else ""
    return {_place(path, paths, section): content for path, content in files.items()}


def _place(path: str, known: list[str], section: str) -> str:
    parts = PurePosixPath(path).parts
    if len(parts) == 2 and (parts[0] in SECTIONS or any(other.startswith(f"{parts[0]}/") for other in known)):
        return path
    name = parts[-1]
    if len(parts) > 1:
        raise UploadRefused(Why.NO_PLACE, path)
    if name in ("event.yaml", "glossary.yaml"):
        return name
    same = [other for other in known if PurePosixPath(other).name == name]
    if len(same) == 1:
        return same[0]
    if prose := _PROSE_NAME.fullmatch(name):
        siblings = {PurePosixPath(other).parent for other in known
                    if PurePosixPath(other).name.split(".")[0] == prose.group(1)}  # fmt: skip
        if len(siblings) == 1:
            return str(siblings.pop() / name)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".csv", ".xlsx") or (suffix in (".yaml", ".yml") and re.match(r"\d{4}-\d{2}-\d{2}", name)):
        return f"programme/{name}"
    if section and (section not in ("programme", "venues") or suffix != ".md" or prose):
        return f"{section}/{name}"
    raise UploadRefused(Why.NO_PLACE, name)


def replaced_by(path: str, known: Iterable[str]) -> list[str]:
    """Files that a new one takes the place of: the same day of the programme in another format."""
    new = PurePosixPath(path)
    if str(new.parent) != "programme":
        return []
    return [other for other in known if other != path and PurePosixPath(other).with_suffix("") == new.with_suffix("")]
