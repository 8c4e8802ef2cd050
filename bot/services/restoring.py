"""A rollback puts the files of knowledge/ back as well, and keeps beside them whatever it takes out of its place."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.settings import EVENT_ZONE
from bot.stores import generations
from bot.stores.generations import GenerationError, Version
from bot.stores.knowledge_files import sources


@dataclass(frozen=True)
class Restored:
    """What became of the files; kept in the data directory while it is done, so that a killed one can be finished."""

    knowledge: str
    version: int
    files: tuple[str, ...] = ()
    """Put back: those in which the version differs from the one that is left, and the folder differs from it."""
    kept_in: str = ""
    """Folder below knowledge/ that holds these files as they stood; empty when none of them existed."""
    edited: tuple[str, ...] = ()
    """Other files that were changed since the last publication: somebody is at work there, and they stay."""
    trouble: str = ""
    """Why the files could not be put back; what is published next contains them as they are."""


def go_back(knowledge: Path, data_dir: Path, version: Version, now: datetime) -> Restored:
    """Make a complete generation the current one again, then put its files back. With the lock held.

    A kill before the pointer leaves everything as it was; after it, the next publication finishes the files first.
    """
    plan, trouble = Restored(str(knowledge.resolve()), version.number), ""
    try:
        plan = _begin(knowledge, data_dir, generations.current_number(data_dir), version.number, now)
    except (GenerationError, OSError) as error:
        trouble = str(error)
    generations.publish(data_dir, version)
    if not trouble:
        try:
            return _finish(data_dir, plan)
        except (GenerationError, OSError) as error:
            trouble = str(error)
    return replace(plan, trouble=trouble)


def _begin(knowledge: Path, data_dir: Path, before: int | None, version: int, now: datetime) -> Restored:
    """Find out what has to be put back when `version` follows `before`, and keep what stands there now."""
    if not knowledge.is_dir():
        raise GenerationError(f"{knowledge} does not exist")
    wanted, left = generations.sources(data_dir, version)[0], _left(data_dir, before)
    folder = dict(sources.walk(knowledge, []))
    differing = [path for path in sorted({*wanted, *left, *folder}) if folder.get(path) != wanted.get(path)]
    files = tuple(path for path in differing if left.get(path) != wanted.get(path))
    edited = tuple(path for path in differing if path not in files)
    plan = Restored(str(knowledge.resolve()), version, files, _free_folder(knowledge, now), edited)
    sources.write_whole(_journal(data_dir), json.dumps(asdict(plan), ensure_ascii=False).encode())
    for path in files:
        _put(knowledge / plan.kept_in / path, _content(knowledge / path))
    return plan


def _finish(data_dir: Path, plan: Restored) -> Restored:
    """Put the files in place; one that was changed after `_begin` is somebody's work and stays."""
    wanted, knowledge = generations.sources(data_dir, plan.version)[0], Path(plan.knowledge)
    kept = knowledge / plan.kept_in
    changed = {path for path in plan.files if _content(knowledge / path) != _content(kept / path)}
    files = tuple(path for path in plan.files if path not in changed)
    for path in files:
        _put(knowledge / path, wanted.get(path))
    _journal(data_dir).unlink(missing_ok=True)
    edited = tuple(sorted({*plan.edited, *changed}))
    return replace(plan, files=files, edited=edited, kept_in=plan.kept_in if kept.is_dir() else "")


def resume(data_dir: Path) -> None:
    """End what a killed rollback began: finish it when its version is current, else forget it. With the lock held."""
    plan = _planned(data_dir)
    if plan is None:
        return
    if generations.current_number(data_dir) == plan.version and Path(plan.knowledge).is_dir():
        _finish(data_dir, plan)
    else:
        shutil.rmtree(Path(plan.knowledge) / plan.kept_in, ignore_errors=True)
        _journal(data_dir).unlink(missing_ok=True)


def _left(data_dir: Path, version: int | None) -> dict[str, bytes]:
    """What the version was made from that is being left; nothing when that is not known any more."""
    with contextlib.suppress(GenerationError):
        if version is not None:
            return generations.sources(data_dir, version)[0]
    return {}


def _free_folder(knowledge: Path, now: datetime) -> str:
    """Where this rollback keeps what it takes out of its place; relative to knowledge/."""
    name, number = f"{sources.TAKEN_BACK}/{now.astimezone(EVENT_ZONE):%Y-%m-%d-%H%M}", 1
    while (knowledge / (free := name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return free


def _put(place: Path, content: bytes | None) -> None:
    """Make a file wholly new, or remove it."""
    if content is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    sources.write_whole(place, content)


def _content(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def _journal(data_dir: Path) -> Path:
    return data_dir / "versions" / "restoring.json"


def _planned(data_dir: Path) -> Restored | None:
    try:
        found: Mapping[str, object] = json.loads(_journal(data_dir).read_text("utf-8"))
        return Restored(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})
    except (FileNotFoundError, ValueError, TypeError):
        return None
