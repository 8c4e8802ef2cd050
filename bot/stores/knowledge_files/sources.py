"""The files of a knowledge folder as bytes and text: what is read, what is refused, and in which encoding it is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.knowledge import Problem, Severity
from bot.stores.knowledge_files.safe_yaml import Node

LARGEST = 1_000_000
"""Bytes of one file."""

_IGNORED = {"thumbs.db", "desktop.ini", "readme.md"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def printable(name: str) -> str:
    """A file name in one line, whatever is in it."""
    name = name.encode("utf-8", "backslashreplace").decode()
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in name)


@dataclass
class Report:
    """Collects the problems of one file."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def error(self, at: Node | int, message: str) -> None:
        """Something that blocks publication."""
        self._add(at, message, Severity.ERROR)

    def warning(self, at: Node | int, message: str) -> None:
        """Something worth a look that does not block."""
        self._add(at, message, Severity.WARNING)

    def _add(self, at: Node | int, message: str, severity: Severity) -> None:
        line, cell = (at, "") if isinstance(at, int) else (at.line, at.cell)
        self.problems.append(Problem(self.path, line, f"{cell}: {message}" if cell else message, severity))


def walk(root: Path, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """Relative path and content of every regular file below `root`, in order of the path.

    Editors' leftovers, READMEs and drafts are passed over in silence; links that lead out of the tree,
    special files, odd names and files over 1 MB are reported and not opened.
    """
    root = root.resolve()
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        aside = {"drafts"} if here == root else set()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in aside)
        for name in [name for name in folders if (here / name).is_symlink()]:
            folders.remove(name)
            problems.append(Problem(_relative(here / name, root), 1, "a link to a folder; links are not followed"))
        for name in sorted(names):
            if name.startswith((".", "~$")) or name.endswith(("~", ".tmp", ".swp")) or name.lower() in _IGNORED:
                continue
            path = here / name
            shown = _relative(path, root)
            if printable(name) != name:
                problems.append(Problem(shown, 1, "the file name has characters that cannot be shown; rename the file"))
                continue
            content = _content(path, root)
            if isinstance(content, str):
                problems.append(Problem(shown, 1, content))
            else:
                yield shown, content


def _relative(path: Path, root: Path) -> str:
    return printable(path.relative_to(root).as_posix())


def _content(path: Path, root: Path) -> bytes | str:
    """The bytes of a file, or why it is not read."""
    try:
        if path.is_symlink():
            target = path.resolve()
            if not target.is_relative_to(root):
                return "a link that leads out of the knowledge folder; copy the file here"
            path = target
        # Not blocking, so that a named pipe cannot hang the reading.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return "not a regular file"
            content = file.read(LARGEST + 1)
    except (OSError, RuntimeError) as error:
        return f"cannot be opened: {getattr(error, 'strerror', None) or error}"
    return content if len(content) <= LARGEST else "larger than 1 MB; split it"


def text_of(content: bytes, report: Report) -> str | None:
    """The text of a file with plain line ends; None (and an error) when its encoding is not certain."""
    from bot.stores.knowledge_files.encodings import decode

    text, encoding = decode(content)
    if text is None:
        report.error(1, "the encoding is not recognised; save the file as UTF-8")
        return None
    if encoding != "UTF-8":
        report.warning(1, f"read as {encoding}; please save the file as UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        report.error(line, f"a control character (U+{ord(found.group()):04X}); remove it")
        return None
    if (place := text.find("\ufffd")) >= 0:
        report.error(text.count("\n", 0, place) + 1, "a damaged character (\ufffd); type the word again")
    if found := _DIRECTION.search(text):
        line = text.count("\n", 0, found.start()) + 1
        report.warning(line, f"an invisible direction mark (U+{ord(found.group()):04X}); remove it")
    return text
