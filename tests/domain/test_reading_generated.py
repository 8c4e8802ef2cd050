"""Thousands of schedule questions, phrased from known parameters, against an oracle that shares no code."""

from __future__ import annotations

import time as clock
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml

from bot.domain.reading import lookup, read
from bot.stores import knowledge_files
from tests.domain.schedule_oracle import KNOWLEDGE, Oracle

DATA = Path(__file__).parent / "schedule_questions"
PHRASES = yaml.safe_load((DATA / "phrases.yaml").read_text(encoding="utf-8"))
FORMS = yaml.safe_load((DATA / "forms.yaml").read_text(encoding="utf-8"))
LANGUAGES = ("zh", "ru", "en")


@pytest.fixture(scope="module")
def programme():
    return knowledge_files.read(KNOWLEDGE).programme


def moments() -> list[datetime]:
    """Before, each hour of the event and its eve, 23:59, after."""
    found = [datetime(2025, 7, 1, 12), datetime(2025, 7, 6, 18, 20), datetime(2025, 7, 8, 23, 59)]
    for day in (9, 10, 11):
        found += [datetime(2025, 7, day, hour) for hour in range(7, 22)]
        found += [datetime(2025, 7, day, 0, 0), datetime(2025, 7, day, 12, 29), datetime(2025, 7, day, 23, 59)]
    return [*found, datetime(2025, 7, 12, 10), datetime(2025, 7, 20, 9)]


def day_of(form: dict, now: datetime, oracle: Oracle) -> date:
    if "offset" in form:
        return now.date() + timedelta(days=form["offset"])
    if "weekday" in form:
        return oracle.weekday(now, form["weekday"])
    return form["date"] if "date" in form else oracle.days[form["event"]]


class Wheel:
    """Goes through the forms so that each is met with many moments and phrases."""

    def __init__(self) -> None:
        self.turns: Counter = Counter()

    def pick(self, where: str, forms: list):
        self.turns[where] += 1
        return forms[self.turns[where] % len(forms)]


def generate(oracle: Oracle):
    """(language, reading, question, now, expected slots)"""
    wheel = Wheel()
    for language in LANGUAGES:
        for name, phrases in PHRASES[language].items():
            for now in moments():
                phrase = wheel.pick(f"{language}{name}", phrases)
                forms = {kind: wheel.pick(f"{language}{kind}{name}", FORMS[kind][language]) for kind in FORMS}
                yield language, name, *ask(language, name, phrase, forms, now, oracle, wheel), now


def ask(language: str, name: str, phrase: str, forms: dict, now: datetime, oracle: Oracle, wheel: Wheel):
    """The question and what must be found."""
    day, part, room, kind = forms["days"], forms["parts"], forms["rooms"], forms["kinds"]
    at, session, topic = forms["times"], forms["sessions"], forms["topics"]
    fill = {
        "when": day["form"], "part": part["form"].format(when=day["form"]), "room": room["form"], "kind": kind["form"],
        "topic": topic["form"], "time": at["form"], "at": at.get("acc"), "gen": at.get("gen"), "ins": at.get("ins"),
        "session": session["form"], "sgen": session.get("gen"),
    }  # fmt: skip
    told = day_of(day, now, oracle)
    midnight = datetime.combine(told, time())
    night = midnight + timedelta(days=1)
    moment = datetime.combine(told, time.fromisoformat(at["at"]))
    if name in ("part", "part_room") and wheel.pick("bare", [0, 0, 1]):
        part = forms["bare_parts"]
        fill["part"] = part["form"]
        wanted = {"room": room["id"]} if name == "part_room" else {}
        told = now.date() + timedelta(days=part["offset"]) if "offset" in part else oracle.unsaid_day(
            now, lambda one: oracle.part(one, part["part"]), **wanted
        )  # fmt: skip
    n = wheel.pick("n", [15, 20, 45, 90])
    fill["n"] = n
    if name == "between_day":
        later = "17:30" if at["at"] < "17:30" else "20:15"
        fill.update(time2=later, gen2=later, ins2=later)
        return phrase.format(**fill), oracle.within(moment, datetime.combine(told, time.fromisoformat(later)))
    if name in ("at", "at_room"):
        wanted = {"room": room["id"]} if name == "at_room" else {}

        def stretch(one: date):
            start = datetime.combine(one, time.fromisoformat(at["at"]))
            return start, start + timedelta(minutes=1)

        moment = stretch(oracle.unsaid_day(now, stretch, **wanted))[0]
        return phrase.format(**fill), oracle.on(moment, **wanted)
    if name in ("after_session", "before_session") and session["id"] == "lunch":  # a part of the day, tested as one
        session = FORMS["sessions"][language][-1]
        fill.update(session=session["form"], sgen=session.get("gen"))
    anchor = oracle.anchor(now, session["id"])
    anchor_day = datetime.combine(anchor["start"].date(), time())
    others = lambda found: {slot for slot in found if slot[0] != session["id"]}  # noqa: E731
    upcoming = oracle.upcoming(now, id=session["id"])
    of_day = oracle.within(midnight, night, id=session["id"])
    hour = now + timedelta(hours=1)
    both = any(word in phrase for word in ("оба", "两天都", "both"))
    whole = datetime(2025, 7, 10 if both else 9), datetime(2025, 7, 12)
    expected = {
        "now": lambda: oracle.on(now),
        "now_room": lambda: oracle.on(now, room=room["id"]),
        "next": lambda: oracle.next(now),
        "next_room": lambda: oracle.next(now, room=room["id"]),
        "day": lambda: oracle.within(midnight, night),
        "day_room": lambda: oracle.within(midnight, night, room=room["id"]),
        "part": lambda: oracle.within(*oracle.part(told, part["part"])),
        "part_room": lambda: oracle.within(*oracle.part(told, part["part"]), room=room["id"]),
        "at_day": lambda: oracle.on(moment),
        "before_day": lambda: oracle.within(midnight, moment),
        "after_day": lambda: oracle.within(moment, night),
        "in_minutes": lambda: oracle.on(now + timedelta(minutes=n)),
        "in_hour": lambda: (oracle.starting(hour, hour + timedelta(minutes=1)) if "начн" in phrase else ())
        or oracle.on(hour),
        "next_hours": lambda: oracle.within(now, now + timedelta(hours=2)),
        "first_day": lambda: oracle.edge(midnight, night, last=False),
        "starts_day": lambda: oracle.edge(midnight, night, last=False),
        "last_day": lambda: oracle.edge(midnight, night, last=True),
        "kind_day": lambda: oracle.within(midnight, night, kind=kind["id"]),
        "kind_when": lambda: oracle.upcoming(now, kind=kind["id"]),
        "topic_day": lambda: oracle.within(midnight, night, topic=topic["id"]),
        "when": lambda: upcoming,
        "where": lambda: upcoming,
        "long": lambda: upcoming,
        "when_day": lambda: of_day,
        "now_session": lambda: oracle.on(now, id=session["id"]),
        "after_session": lambda: others(oracle.starting(anchor["end"], anchor_day + timedelta(days=1))),
        "before_session": lambda: others(oracle.starting(anchor_day, anchor["start"])),
        "both_days": lambda: oracle.within(*whole),
    }[name]()
    return phrase.format(**fill), expected


def test_every_generated_question_is_answered_exactly(programme):
    oracle = Oracle()
    wrong, asked, spent = [], 0, 0.0
    for language, name, question, expected, now in generate(oracle):
        moment = now.replace(tzinfo=programme.zone)
        asked += 1
        began = clock.thread_time()
        reading = read(question, programme, moment)
        findings = lookup(reading, programme, moment) if reading else None
        spent += clock.thread_time() - began
        if reading is None or not reading.pure:
            wrong.append((language, name, now, question, "not understood", reading and reading.leftover))
            continue
        found = {(one.session.id, one.slot.start.replace(tzinfo=None)) for one in findings.occurrences}
        if found != expected:
            wrong.append((language, name, now, question, sorted(found - expected), sorted(expected - found)))
    assert asked >= 3000
    assert not wrong, f"{len(wrong)} of {asked}:\n" + "\n".join(str(line) for line in wrong[:60])
    assert spent / asked < 0.003  # seconds of this thread: other work on the machine does not count
