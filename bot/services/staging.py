"""Publications that wait for an organizer's word: a staged copy of knowledge/ with what was sent in its place."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.language import Language
from bot.stores.knowledge_files.sources import NOT_SERVED, write_whole

FOLDER = "staging"
LASTS = timedelta(hours=2)
"""How long a stage waits for its button."""
KEPT = timedelta(days=1)
_TOKEN = re.compile(r"[0-9a-f]{10}")

# drafting: an organizer is still writing; working: being checked; ready, asking: waits for the button; publishing,
# going-back: it was pressed.
ENDS = ("refused", "published", "failed", "discarded")


@dataclass(frozen=True)
class Stage:
    """One intended publication or rollback, with who intends it."""

    token: str
    person: int
    chat: int
    who: str
    language: Language
    created: datetime
    kind: str
    """files | draft | rollback"""
    name: str
    """What it is called to the organizer: the name of the file or draft."""
    state: str = "working"
    base: str = ""
    """Digest of the knowledge folder when the copy was made."""
    paths: tuple[str, ...] = ()
    """Files that are put in place, relative to knowledge/."""
    removed: tuple[str, ...] = ()
    """Files that go."""
    version: int | None = None
    """Of a rollback: the version that shall be current again."""
    force: str = ""
    title: str = ""
    text: str = ""
    """What the organizer is told next."""
    tries: int = 0
    """How often another publication was in the way."""
    falls: bool = False
    """Whether golden questions would be answered worse: then it takes a reason, not a button."""
    draft: Mapping[str, str] = field(default_factory=dict)
    """Of an accepted draft: section, id, source, and the text by language."""

    def valid_at(self, now: datetime) -> bool:
        """Whether its buttons still work."""
        return self.state not in ENDS and now < self.created + LASTS


class Staging:
    """The stages of one data directory, each a folder with a stage.json."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / FOLDER

    def open(self, stage: Stage) -> Stage:
        """A new stage with a token of its own."""
        stage = replace(stage, token=secrets.token_hex(5))
        self.folder(stage.token).mkdir(mode=0o700, parents=True)
        self.keep(stage)
        return stage

    def folder(self, token: str) -> Path:
        """Where the stage keeps its files."""
        if not _TOKEN.fullmatch(token):
            raise ValueError(token)
        return self._root / token

    def keep(self, stage: Stage) -> Stage:
        """Write the stage as it is now."""
        said = asdict(stage) | {"created": stage.created.isoformat()}
        write_whole(self.folder(stage.token) / "stage.json", json.dumps(said, ensure_ascii=False).encode())
        return stage

    def find(self, token: str) -> Stage | None:
        """The stage with this token, or None."""
        try:
            found = json.loads((self.folder(token) / "stage.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        known = {one.name for one in fields(Stage)}
        values = {key: value for key, value in found.items() if key in known}
        values |= {"language": Language(found["language"]), "created": datetime.fromisoformat(found["created"]),
                   "paths": tuple(found["paths"]), "removed": tuple(found["removed"])}  # fmt: skip
        return Stage(**values)

    def all(self) -> Iterator[Stage]:
        """Every stage, oldest first."""
        if not self._root.is_dir():
            return
        found = [stage for folder in self._root.iterdir() if _TOKEN.fullmatch(folder.name)
                 and (stage := self.find(folder.name))]  # fmt: skip
        yield from sorted(found, key=lambda stage: (stage.created, stage.token))

    def copy(self, stage: Stage, knowledge: Path, files: Mapping[str, bytes], removed: tuple[str, ...]) -> Path:
        """A copy of the knowledge folder with these files put in and others taken out."""
        target = self.folder(stage.token) / "knowledge"
        if target.exists():
            shutil.rmtree(target)
        if knowledge.is_dir():
            shutil.copytree(knowledge, target, symlinks=True, ignore=shutil.ignore_patterns(".*", *NOT_SERVED))
        for path in removed:
            (target / path).unlink(missing_ok=True)
        for path, content in files.items():
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return target

    def put_in_place(self, stage: Stage, knowledge: Path) -> None:
        """Move the stage's files into the knowledge folder; what was there before is kept for `take_back`."""
        before = self.folder(stage.token) / "before"
        for path in (*stage.paths, *stage.removed):
            place, kept = knowledge / path, before / path
            if place.exists() and not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(place, kept)
        for path in stage.paths:
            place = knowledge / path
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, (self.folder(stage.token) / "knowledge" / path).read_bytes())
        for path in stage.removed:
            (knowledge / path).unlink(missing_ok=True)

    def take_back(self, stage: Stage, knowledge: Path) -> None:
        """Undo `put_in_place`."""
        before = self.folder(stage.token) / "before"
        for path in stage.paths:
            if not (before / path).exists():
                (knowledge / path).unlink(missing_ok=True)
        for path in (*stage.paths, *stage.removed):
            if (before / path).exists():
                (knowledge / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(before / path, knowledge / path)

    def page(self, token: str) -> bytes | None:
        """The page of the preview, when there is one."""
        with contextlib.suppress(OSError):
            return (self.folder(token) / "page.html").read_bytes()
        return None

    def tidy(self, now: datetime) -> None:
        """Remove what is long over."""
        for stage in list(self.all()):
            if now > stage.created + KEPT:
                shutil.rmtree(self.folder(stage.token), ignore_errors=True)
