"""Files that an organizer sends: a single one or a zip, unpacked with suspicion, each with its place in knowledge/."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from bot.domain.language import fold
from bot.stores.knowledge_files.checks import SECTIONS
from bot.stores.knowledge_files.sources import NOT_SERVED, READ_SUFFIXES, is_leftover

LARGEST_UPLOAD = 10_000_000
LARGEST_FILE = 1_000_000
"""Bytes of one knowledge file, as the reader of the folder has it."""
LARGEST_TOTAL = 20_000_000
"""Bytes of everything in an archive, unpacked."""
MOST_FILES = 500
MOST_GROWTH = 150
"""How many times larger than packed a member may be: text packs to a tenth, a bomb to a thousandth."""
SECTION_NAMES = {
    "forum": "the forum | форум | о форуме | 论坛 | 论坛概况",
    "cooperation": "cooperation areas | сотрудничество | направления сотрудничества | 合作 | 合作领域",
    "tianjin": "тяньцзинь | 天津",
    "sco": "the sco | шос | 上合 | 上合组织",
    "practical": "practical matters | practical information | практические вопросы | практическая информация | "
    "полезная информация | 实用信息 | 参会实用信息",
    "venues": "venues and rooms | площадки | площадки и залы | залы | 会场 | 场馆 | 场馆与会议室",
    "visits": "site visits | визиты | посещения | поездки | экскурсии | 参观 | 考察 | 参观考察",
    "programme": "program | schedule | программа | расписание | 日程 | 议程",
}
"""What organizers call a section, besides the name of its folder."""
_PROSE_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,39})\.(?:zh|ru|en)\.md")
_UTF8 = 0x800
"""The flag of a member whose name is UTF-8."""
_PLAUSIBLE = {
    # Packers on a Mac write UTF-8 without saying so, Windows the system's own encoding. The second decodes any
    # bytes, other people's into frames of boxes; the third nearly any, Russian ones into characters nobody uses.
    "utf-8": re.compile(r".*", re.DOTALL),
    "cp866": re.compile(r"[\x00-\x7fА-Яа-яЁё№]*"),
    "gbk": re.compile(r".*", re.DOTALL),
}


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


@dataclass(frozen=True)
class Unpacked:
    """The files of an upload by their (relative) names, and the names of those that are passed over."""

    files: Mapping[str, bytes]
    passed_over: Sequence[str] = ()


def unpack(name: str, content: bytes) -> Unpacked:
    """The files of an upload, without what editors and systems leave in a folder; UploadRefused when suspicious."""
    if len(content) > LARGEST_UPLOAD:
        raise UploadRefused(Why.TOO_LARGE, name)
    if PurePosixPath(name).suffix.lower() == ".zip":
        return _unzipped(content)
    base = PurePosixPath(name.replace("\\", "/")).name
    _check_kind(base)
    _check_content(base, content)
    return Unpacked({base: content})


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


def _unzipped(content: bytes) -> Unpacked:
    found: dict[str, bytes] = {}
    passed_over: dict[str, None] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise UploadRefused(Why.TOO_MANY)
            encoding, left = _encoding(members), LARGEST_TOTAL
            for member in members:
                path = _safe_path(member, encoding)
                if member.is_dir():
                    continue
                if leftover := _leftover(path):
                    passed_over[leftover] = None
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
    found = _without_wrapping(found)
    for path in [path for path in found if PurePosixPath(path).parts[0] in NOT_SERVED]:
        del found[path]
        passed_over[path] = None
    if not found:
        raise UploadRefused(Why.EMPTY)
    return Unpacked(found, tuple(passed_over))


def _leftover(path: str) -> str:
    """What of a path marks it as an editor's or a system's leftover; empty when nothing does."""
    *folders, name = PurePosixPath(path).parts
    aside = next((folder for folder in folders if folder.startswith(".") or folder == "__MACOSX"), "")
    return aside or (name if is_leftover(name) else "")


def _encoding(members: Sequence[zipfile.ZipInfo]) -> str:
    """The encoding of an archive's names: the first that makes sense of all that are not marked as UTF-8."""
    raw = b"\n".join(_raw(member) for member in members if not member.flag_bits & _UTF8)
    for encoding, plausible in _PLAUSIBLE.items():
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if plausible.fullmatch(text):
            return encoding
    return "cp437"


def _raw(member: zipfile.ZipInfo) -> bytes:
    """The name as it stands in the archive: what is not marked as UTF-8 was read as the standard's code page 437."""
    return member.orig_filename.encode("cp437")


def _safe_path(member: zipfile.ZipInfo, encoding: str) -> str:
    """The member's path, when it stays below the folder it is unpacked in."""
    raw = member.orig_filename if member.flag_bits & _UTF8 else _raw(member).decode(encoding)
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
    """Without the folders that hold everything, as a zipped knowledge/ has them."""
    while True:
        parts = [PurePosixPath(path).parts for path in files]
        first = {names[0] for names in parts}
        bare = any(len(names) == 1 for names in parts)
        if len(first) != 1 or bare or first <= {*SECTIONS, *NOT_SERVED}:
            return files
        if section_named(*first) and all(len(names) == 2 for names in parts):
            return files
        files = {str(PurePosixPath(*PurePosixPath(path).parts[1:])): content for path, content in files.items()}


def section_named(text: str) -> str:
    """The section that is called so, by its folder or by its name in one of the languages; empty for anything else."""
    wanted = re.sub(r"^\W+|\W+$", "", fold(text))
    if wanted in SECTIONS:
        return wanted
    return next((section for section, names in SECTION_NAMES.items() if wanted in names.split(" | ")), "")


def placed(files: Mapping[str, bytes], known: Sequence[str], caption: str = "") -> dict[str, bytes]:
    """The same files under their paths in knowledge/.

    A bare name goes where a file of that name stands already, or its entry in another language; a new one into the
    section that the caption names, or its folder in the archive. UploadRefused (no-place) when nothing tells.
    """
    section = section_named(caption.strip().strip("/").split("/")[0])
    found: dict[str, bytes] = {}
    for path, content in files.items():
        place = _place(path, known, section)
        if place in found:
            raise UploadRefused(Why.TWICE, place)
        found[place] = content
    return found


def _place(path: str, known: Sequence[str], section: str) -> str:
    parts = PurePosixPath(path).parts
    if len(parts) == 2 and (parts[0] in SECTIONS or any(other.startswith(f"{parts[0]}/") for other in known)):
        return path
    name = parts[-1]
    if len(parts) == 2 and (called := section_named(parts[0])):
        section = called
    elif len(parts) > 1:
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
