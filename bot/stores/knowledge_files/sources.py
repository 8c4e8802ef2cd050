"""The files of a knowledge folder as bytes and text: what is read, what is refused, and in which encoding it is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.knowledge import Problem, Severity
from bot.domain.sentence import Sentence
from bot.stores.knowledge_files.safe_yaml import Node

LARGEST = 1_000_000
"""Bytes of one file."""

READ_SUFFIXES = (".md", ".yaml", ".yml", ".csv", ".xlsx")

TAKEN_BACK = "taken-back"
NOT_SERVED = ("drafts", TAKEN_BACK)
"""Folders of which nothing is published: answers of volunteers, and what a rollback took out of its place."""

_IGNORED = {"thumbs.db", "desktop.ini", "readme.md", "readme.txt"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def printable(name: str) -> str:
    """A file name in one line, whatever is in it."""
    name = name.encode("utf-8", "backslashreplace").decode()
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in name)


def is_leftover(name: str) -> bool:
    """Whether a file is passed over in silence: what editors and systems leave behind, and READMEs."""
    return name.startswith((".", "~$")) or name.endswith(("~", ".tmp", ".swp")) or name.lower() in _IGNORED


def write_whole(path: Path, content: bytes) -> None:
    """Make a file wholly new or leave the former one; what a kill leaves beside it is a leftover."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


@dataclass
class Report:
    """Collects the problems of one file."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def error(self, at: Node | int, problem: Sentence) -> None:
        """Something that blocks publication."""
        self._add(at, problem, Severity.ERROR)

    def warning(self, at: Node | int, problem: Sentence, gap: bool = False) -> None:
        """Something worth a look that does not block; with `gap` something is missing."""
        self._add(at, problem, Severity.WARNING, gap)

    def _add(self, at: Node | int, problem: Sentence, severity: Severity, gap: bool = False) -> None:
        line, cell = (at, "") if isinstance(at, int) else (at.line, at.cell)
        if cell:
            problem = Sentence("{cell}: {problem}", cell=cell, problem=problem)
        self.problems.append(Problem(self.path, line, problem, severity, gap))


def walk(root: Path, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """Relative path and content of every regular file below `root`, in order of the path.

    Editors' leftovers, READMEs and what is not served are passed over in silence; links that lead out of the tree,
    folders called like a file, special files, odd names and files over 1 MB are reported and not opened.
    """
    root = root.resolve()
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        aside = NOT_SERVED if here == root else ()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in aside)
        for name in list(folders):
            if problem := _not_entered(here / name):
                folders.remove(name)
                problems.append(Problem(_relative(here / name, root), 1, problem))
        for name in sorted(names):
            if is_leftover(name):
                continue
            path = here / name
            shown = _relative(path, root)
            if printable(name) != name:
                odd = Sentence("the file name has characters that cannot be shown; rename the file")
                problems.append(Problem(shown, 1, odd))
                continue
            content = _content(path, root)
            if isinstance(content, Sentence):
                problems.append(Problem(shown, 1, content))
            else:
                yield shown, content


def _not_entered(folder: Path) -> Sentence | None:
    """Why a folder is passed over; None when it is not."""
    if folder.is_symlink():
        return Sentence("a link to a folder; links are not followed")
    if folder.suffix.lower() in READ_SUFFIXES:
        return Sentence("a folder called like a file; nothing in it is read")
    return None


def _relative(path: Path, root: Path) -> str:
    return printable(path.relative_to(root).as_posix())


def _content(path: Path, root: Path) -> bytes | Sentence:
    """The bytes of a file, or why it is not read."""
    try:
        if path.is_symlink():
            target = path.resolve()
            if not target.is_relative_to(root):
                return Sentence("a link that leads out of the knowledge folder; copy the file here")
            path = target
        # Not blocking, so that a named pipe cannot hang the reading.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Sentence("not a regular file")
            content = file.read(LARGEST + 1)
    except (OSError, RuntimeError) as error:
        return Sentence("cannot be opened: {reason}", reason=getattr(error, "strerror", None) or error)
    return content if len(content) <= LARGEST else Sentence("larger than 1 MB; split it")


def text_of(content: bytes, report: Report) -> str | None:
    """The text of a file with plain line ends; None (and an error) when its encoding is not certain."""
    from bot.stores.knowledge_files.encodings import decode

    text, encoding = decode(content)
    if text is None:
        report.error(1, Sentence("the encoding is not recognised; save the file as UTF-8"))
        return None
    if encoding != "UTF-8":
        report.warning(1, Sentence("read as {encoding}; please save the file as UTF-8", encoding=encoding))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        report.error(line, Sentence("a control character ({code}); remove it", code=_code(found.group())))
        return None
    if (place := text.find("\ufffd")) >= 0:
        line = text.count("\n", 0, place) + 1
        report.error(line, Sentence("a damaged character ({character}); type the word again", character="\ufffd"))
    if found := _DIRECTION.search(text):
        line = text.count("\n", 0, found.start()) + 1
        report.warning(line, Sentence("an invisible direction mark ({code}); remove it", code=_code(found.group())))
    return text


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
