"""Hand-written schedule questions in three languages, and questions that only look like one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.domain.reading import lookup, read
from bot.stores import knowledge_files

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).parent / "schedule_questions"
SETS = yaml.safe_load((DATA / "sets.yaml").read_text(encoding="utf-8"))
LANGUAGES = ("zh", "ru", "en")


@pytest.fixture(scope="module")
def programme():
    return knowledge_files.read(ROOT / "knowledge").programme


def questions(language: str):
    """(question, moment, ids)"""
    for moment, rows in yaml.safe_load((DATA / f"free-{language}.yaml").read_text(encoding="utf-8")).items():
        for question, wanted in rows.items():
            ids = {one for word in wanted.split() for one in SETS.get(word, word).split()}
            yield question, datetime.fromisoformat(moment), ids


@pytest.mark.parametrize("language", LANGUAGES)
def test_free_questions_are_read_and_none_is_answered_wrongly(programme, language):
    right, unread, wrong = 0, [], []
    for question, moment, wanted in questions(language):
        now = moment.replace(tzinfo=programme.zone)
        reading = read(question, programme, now)
        if reading is None or not reading.pure:
            unread.append(f"{question} {reading and (reading.relation.value, reading.sessions, reading.leftover)}")
            continue
        found = {one.session.id for one in lookup(reading, programme, now).occurrences}
        if found == wanted:
            right += 1
        else:
            wrong.append(f"{moment:%d %H:%M} {question}: +{sorted(found - wanted)} -{sorted(wanted - found)}")
    total = right + len(unread) + len(wrong)
    assert total >= 200
    assert not wrong, "\n".join([f"{right} of {total}", *wrong, "unread:", *unread])
    assert right >= 0.98 * total, "\n".join([f"{right} of {total}", *unread])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_looks_like_a_schedule_question_is_left_to_others(programme, language):
    negatives = yaml.safe_load((DATA / "other-matters.yaml").read_text(encoding="utf-8"))[language]
    now = datetime(2025, 7, 10, 10, 15, tzinfo=programme.zone)
    assert len(negatives) >= 60
    readings = {question: read(question, programme, now) for question in negatives}
    taken = [f"{q} {r.relation.value} {r.sessions} {r.rooms}" for q, r in readings.items() if r is not None and r.pure]
    assert not taken, "\n".join(taken)
