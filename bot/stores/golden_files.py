"""Reads golden questions from tests/golden/*.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from bot.domain.golden import FIRST_MORNING, KINDS, GoldenQuestion
from bot.domain.language import Language
from bot.settings import ROOT

FOLDER = ROOT / "tests" / "golden"


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
                    now=row.get("now") or FIRST_MORNING,
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


def load_rows(path: Path) -> list[dict]:
    """The list a YAML file of ours holds; the C loader is ten times faster and these are no organizer's files."""
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or []
