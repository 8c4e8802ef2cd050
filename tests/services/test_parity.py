"""Parity on the shipped knowledge: sixty planted contradictions are caught, and nothing else is said."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, islice

import pytest

from bot.domain.knowledge import Entry, EntryKind, Problem, Severity
from bot.domain.language import Language
from bot.domain.parity.values import Kind
from bot.services import parity
from bot.settings import ROOT
from bot.stores import knowledge_files
from bot.stores.knowledge_files import Knowledge

ZH, RU, EN = Language
WANTED = {"number": 4, "unit": 3, "time": 3, "date": 3, "room": 3, "name": 2, "phone": 1, "link": 1}
"""Twenty a pair of languages."""
LINK = {ZH: "详见 https://forum.example.org/guide。", RU: "См. https://forum.example.org/guide.",
        EN: "See https://forum.example.org/guide."}  # fmt: skip
# What an editor may get wrong, as (pattern, replacement); each in the spelling of its language.
SLIPS: Mapping[str, Mapping[Language, tuple[tuple[str, str], ...]]] = {
    "unit": {
        ZH: (("公里", "米"), ("亿元", "万元"), ("毫升", "升"), ("分钟", "小时"), ("美元", "欧元")),
        RU: ((r"\bкм\b", "м"), ("млрд", "млн"), (r"\bмл\b", "л"), ("минут[аы]?", "часов"), ("долларов США", "евро")),
        EN: ((r"\bkm\b", "m"), ("billion", "million"), (r"\bml\b", "l"), ("minutes", "hours"), ("USD", "EUR")),
    },
    "room": {
        ZH: (("2号门", "3号门"), ("A厅", "C厅"), ("宴会厅", "主会场"), ("210室", "211室"), ("二层", "三层")),
        RU: (("ворот(а?) 2", r"ворот\1 3"), ("Зале А", "Зале С"), ("Банкетном зале", "Главном зале"),
             ("комната 210", "комната 211"), ("уровень 2", "уровень 3")),
        EN: (("Gate 2", "Gate 3"), ("Hall A", "Hall C"), ("the Banquet Hall", "the Main Hall"),
             ("room 210", "room 211"), ("level 2", "level 3")),
    },
    "name": {  # Russian names stand in an oblique case
        ZH: (("乌兹别克斯坦公民", "塔吉克斯坦公民"), ("南开大学倡议", "天津大学倡议"), ("刘烈宏", "胡坚波")),
        RU: (("граждан Узбекистана", "граждан Таджикистана"), ("в Душанбе \\(Таджикистан\\)", "в Астане (Казахстан)"),
             ("Нанькайского университета", "Тяньцзиньского университета"), ("из стран Залива", "из Монголии")),
        EN: (("Citizens of Uzbekistan", "Citizens of Tajikistan"), ("Nankai University", "Tianjin University"),
             ("Liu Liehong", "Hu Jianbo")),
    },
}  # fmt: skip
NUMBER = re.compile(r"(?<![\d.,:+-])[2-9]\d{1,2}(?![\d:]|[.,]\d| [а-я]+[ая] \d{4}| [A-Z][a-z]+ \d| 0000)(?!日|月|年)")
MONTHS = {ZH: (r"7月(\d)", r"8月\1"), RU: ("июля", "августа"), EN: (r"\bJuly\b", "August")}


@cache
def shipped() -> Knowledge:
    return knowledge_files.read(ROOT / "knowledge")


@dataclass(frozen=True)
class Planted:
    """One entry in two languages, one of them with a slip."""

    kind: str
    entry: Entry
    wrong: Language
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.entry.id}, {self.kind}: {self.old} -> {self.new}"


def changed(entry: Entry, language: Language, body: str) -> Entry:
    return replace(entry, renderings={**entry.renderings, language: replace(entry.renderings[language], body=body)})


def slips(kind: str, body: str, language: Language) -> Iterator[tuple[str, str, int]]:
    """What is there, what the slip makes of it, and where."""
    if kind == "number":
        for found in re.finditer(
            r"(?<![\d.,:+-])[2-9]\d{1,2}(?![\d:]|[.,]\d| [а-я]+[ая] \d{4}| [A-Z][a-z]+ \d| 0000)(?!日|月|年)", body
        ):
            yield found.group(), str(int(found.group()) + 1), found.start()
    elif kind == "time":
        for found in re.finditer(r"\b\d\d:\d\d\b", body):
            yield found.group(), f"{(int(found.group()[:2]) + 1) % 24:02}:{found.group()[3:]}", found.start()
    elif kind == "date":
        old, new = MONTHS[language]
        for found in re.finditer(old, body):
            yield found.group(), found.expand(new), found.start()
        for found in re.finditer(r"20\d\d(?=年\d+月| года)|(?<=[a-z] )20\d\d", body):
            yield found.group(), str(int(found.group()) + 1), found.start()
    elif kind == "phone":
        for found in re.finditer(r"0000 0000|85568890", body):
            yield found.group(), found.group()[:-1] + "7", found.start()
    elif kind == "link":
        yield "forum.example.org/guide", "forum.example.org/guides", body.index("forum.example.org/guide")
    else:
        for old, new in SLIPS[kind][language]:
            for found in re.finditer(old, body):
                yield found.group(), found.expand(new), found.start()


def planted(kind: str, one: Language, other: Language) -> Iterator[Planted]:
    """Slips of one kind, each in another entry, by turns in the one language and in the other."""
    entries = sorted(shipped().entries, key=lambda entry: zlib.crc32(f"{entry.id} {one} {other}".encode()))
    for place, entry in enumerate(entries):
        wrong = (one, other)[place % 2]
        if kind == "name" and RU in (one, other):
            wrong = RU
        pair = replace(entry, renderings={language: entry.renderings[language] for language in (one, other)})
        if kind == "link":
            for language in (one, other):
                pair = changed(pair, language, f"{pair.renderings[language].body} {LINK[language]}")
        body = pair.renderings[wrong].body
        for old, new, start in islice(slips(kind, body, wrong), 1):
            spoiled = body[:start] + new + body[start + len(old) :]
            yield Planted(kind, changed(pair, wrong, spoiled), wrong, old, new)


def planted_in(one: Language, other: Language) -> list[Planted]:
    """Twenty slips in twenty entries; the rarest kinds choose first."""
    found: dict[str, Planted] = {}
    for kind, count in sorted(WANTED.items(), key=lambda pair: pair[1]):
        free = (slip for slip in planted(kind, one, other) if slip.entry.id not in found)
        several = list(islice(free, count))
        assert len(several) == count, (one, other, kind)
        found.update({slip.entry.id: slip for slip in several})
    return list(found.values())


def errors_of(several: Sequence[Planted]) -> dict[str, list[Problem]]:
    """The errors by entry when these slips stand in the otherwise unchanged knowledge."""
    spoiled = {one.entry.id: one.entry for one in several}
    knowledge = replace(shipped(), entries=tuple(spoiled.get(entry.id, entry) for entry in shipped().entries))
    found: dict[str, list[Problem]] = {entry_id: [] for entry_id in spoiled}
    for problem in parity.check(knowledge):
        for entry in spoiled.values():
            own = {rendering.path: rendering.line for rendering in entry.renderings.values()}
            line = problem.line - own.get(problem.path, problem.line)
            if problem.severity is Severity.ERROR and problem.path in own and 0 <= line < 40:
                found[entry.id].append(problem)
    return found


@pytest.mark.parametrize(("one", "other"), list(combinations(Language, 2)))
def test_twenty_planted_contradictions_a_pair_are_all_caught(one: Language, other: Language):
    several = planted_in(one, other)
    assert len(several) == 20
    found = errors_of(several)
    assert [str(slip) for slip in several if not found[slip.entry.id]] == []


@pytest.mark.parametrize("kind", ["number", "time", "phone", "link"])
def test_a_contradiction_names_both_files_lines_and_values(kind):
    slip = next(slip for slip in planted(kind, ZH, EN) if slip.entry.kind is EntryKind.PROSE)
    problem = errors_of([slip])[slip.entry.id][0]
    assert slip.new[-4:] in problem.message
    for rendering in slip.entry.renderings.values():
        assert re.search(rf"{re.escape(rendering.path)}:\d+", str(problem)), problem
    line = (ROOT / "knowledge" / problem.path).read_text("utf-8").splitlines()[problem.line - 1]
    assert not line.startswith("-")


def test_the_shipped_knowledge_raises_no_alarm():
    assert [str(problem) for problem in parity.check(shipped())] == []


def test_every_silence_of_the_shipped_knowledge_has_a_reason_and_is_needed():
    assert shipped().passed_over
    without = replace(shipped(), passed_over={})
    alarms = parity.check(without)
    silenced = {path for problem in alarms for path in [problem.path]}
    assert len(alarms) >= len(shipped().passed_over)
    for entry_id in shipped().passed_over:
        assert any(f"/{entry_id}." in path for path in silenced), entry_id


def test_every_kind_of_value_can_be_named_in_three_languages():
    assert set(parity.KIND_NAMES) == set(Kind)


def spoken(zh: str, ru: str, en: str, *silences: str) -> list[Problem]:
    """What is told of values when an entry of the shipped knowledge says this, with these lines under `parity:`."""
    entry = next(entry for entry in shipped().entries if entry.kind is EntryKind.PROSE and len(entry.renderings) == 3)
    for language, body in zip(Language, (zh, ru, en), strict=True):
        entry = changed(entry, language, body)
    entries = tuple(entry if one.id == entry.id else one for one in shipped().entries)
    silenced = {**shipped().passed_over, entry.id: silences}
    paths = {rendering.path for rendering in entry.renderings.values()}
    problems = parity.check(replace(shipped(), entries=entries, passed_over=silenced))
    return [problem for problem in problems if problem.path in paths and "usual" not in str(problem.message)]


HALLS = ("请到B厅集合吃饭。", "Приходите в зал А обедать.", "Come to Hall B to have lunch.")
TIMES = ("下午两点半开始。", "Начало в 15:30.", "It starts at 2:30 pm.")
GROWTH = ("论坛规模增长7.5%。", "Форум вырос на 7,4 %.", "The forum grew by 7.5%.")


@pytest.mark.parametrize(
    ("texts", "silence"),
    [
        (HALLS, "зал А: у русской группы свой зал"), (HALLS, "Зал А：理由充分"), (HALLS, "B厅：理由充分"),
        (HALLS, "Hall B: the others lunch there"), (TIMES, "15:30: отдельный сбор"), (TIMES, "15：30：单独集合"),
        (TIMES, "下午两点半： 单独集合"), (GROWTH, "7,4 %: округлено"), (GROWTH, "7,4: округлено"),
        (GROWTH, "7.5：四舍五入"),
    ],
)  # fmt: skip
def test_one_silence_is_enough_for_one_fact(texts, silence):
    assert [problem.severity for problem in spoken(*texts)] == [Severity.ERROR]
    assert spoken(*texts, silence) == []


def test_a_silence_covers_no_second_fact():
    ends = ("17:00结束。", "Конец в 18:00.", "It ends at 17:00.")
    left = spoken(*(f"{start} {end}" for start, end in zip(TIMES, ends, strict=True)), "15:30: отдельный сбор")
    assert [problem.severity for problem in left] == [Severity.ERROR]
    assert "18:00" in str(left[0].message) and "17:00" in str(left[0].message) and "14:30" not in str(left[0].message)


@pytest.mark.parametrize("silence", ["зал А", "зал А：", "зал А: "])
def test_a_silence_without_a_reason_is_an_error_and_silences_nothing(silence):
    found = spoken(*HALLS, silence)
    assert [problem.severity for problem in found] == [Severity.ERROR, Severity.ERROR]
    assert any("no reason" in str(problem.message) for problem in found)


def test_a_session_may_say_its_time_in_words():
    session = next(one for one in shipped().programme.sessions if f"{one.slots[0].start:%H:%M}" == "14:00")
    entry = next(one for one in shipped().entries if one.id == session.id)

    def errors(body: str) -> list[str]:
        entries = tuple(changed(entry, EN, body) if one is entry else one for one in shipped().entries)
        found = parity.check(replace(shipped(), entries=entries))
        return [str(problem.message) for problem in found if "session says" in str(problem.message)]

    assert errors("It starts at two in the afternoon.") == errors("It starts at 2 o'clock.") == []
    assert len(errors("It starts at half past two.")) == 1
