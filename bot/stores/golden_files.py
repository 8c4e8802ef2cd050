"""Reads golden questions from tests/golden/*.yaml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from bot.domain.golden import FIRST_MORNING, KINDS, GoldenQuestion
from bot.domain.language import Language
from bot.settings import ROOT

FOLDER = ROOT / "tests" / "golden"
KEPT = "golden-questions.json"
_QUESTIONS = TypeAdapter(list[GoldenQuestion])


def read(paths: Iterable[Path] | None = None) -> list[GoldenQuestion]:
    """Every golden question of the files; ValueError names the file and question that is wrong."""
    found: list[GoldenQuestion] = []
    seen: set[str] = set()
    for path in sorted(FOLDER.glob("*.yaml")) if paths is None else paths:
        for row in load_rows(path):
            try:
                question = GoldenQuestion(
                    id=str(row["id"]),
                    topic=str(row["topic"]),
                    language=Language(row["language"]),
                    kind=str(row["kind"]),
                    text=str(row["question"]),
                    expected=tuple(row.get("expected") or ()),
                    previous=tuple(row.get("previous") or ()),
                    now=_moment(row.get("now", FIRST_MORNING)),
                )
            except (KeyError, ValueError, TypeError) as error:
                raise ValueError(f"{path}: {row}: {error!r}") from error
            if question.kind not in KINDS:
                raise ValueError(f"{path}: {question.id}: unknown kind {question.kind}")
            if question.id in seen:
                raise ValueError(f"{path}: {question.id} stands twice")
            seen.add(question.id)
            found.append(question)
    return found


def read_again(data_dir: Path) -> list[GoldenQuestion]:
    """The same, kept in `data_dir` in a form that is read ten times as fast: every publication asks for them."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.yaml")):
        digest.update(path.read_bytes())
    kept = data_dir / KEPT
    try:
        stored = json.loads(kept.read_text("utf-8"))
        if stored["digest"] == digest.hexdigest():
            return _QUESTIONS.validate_python(stored["questions"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not kept yet, or of another version
    questions = read()
    stored = {"digest": digest.hexdigest(), "questions": _QUESTIONS.dump_python(questions, mode="json")}
    temporary = kept.with_suffix(".tmp")
    with suppress(OSError):  # a folder that is not there yet, or full: they are read again next time
        temporary.write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
        temporary.replace(kept)
    return questions


def _moment(value: object) -> datetime:
    """A time with its zone, whether or not it stands in quotes."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ValueError(f"now: {value!r} is no time with a zone, such as {FIRST_MORNING.isoformat()}")
    return moment


def load_rows(path: Path) -> list[dict]:
    """The list a YAML file of ours holds; the C loader is ten times faster and these are no organizer's files."""
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or []
