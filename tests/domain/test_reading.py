"""The grammar on a small imaginary event: forms of days and times, situations, cancelled and open-ended sessions."""

from __future__ import annotations

import os
import random
import time as clock
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.knowledge import Status
from bot.domain.language import Localized
from bot.domain.programme import Person, Programme, Room, Session, Slot, Venue
from bot.domain.reading import Aspect, PartOfDay, Relation, closing_of, lookup, read

ZONE = ZoneInfo("Europe/Berlin")  # an event across a change of the clocks
SATURDAY, SUNDAY = date(2026, 3, 28), date(2026, 3, 29)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def session(name: str, kind: str, room: str, *slots, title: str = "", **other) -> Session:
    found = tuple(Slot(start, end) for start, end in slots)
    words = Localized(en=title or name, ru=other.pop("ru", None), zh=other.pop("zh", None))
    return Session(name, kind, found, room, words, words, other.pop("status", Status.SAMPLE), **other)


@pytest.fixture(scope="module")
def programme() -> Programme:
    rooms = (
        Room("blue", "house", Localized(en="Blue Room", ru="Синий зал", zh="蓝厅")),
        Room("red", "house", Localized(en="Red Room", ru="Красный зал", zh="红厅")),
        Room("kitchen", "house", Localized(en="Kitchen", ru="Кухня", zh="厨房")),
    )
    barn = Room("barn", "farm", Localized(en="Barn", ru="Амбар", zh="谷仓"))
    place = Localized(en="1 Street")
    return Programme(
        ZONE,
        (SATURDAY, SUNDAY),
        (
            session("desk", "desk", "kitchen", (at(28, 8), None), (at(29, 8), None), title="Help desk"),
            session("bees", "sub-forum", "blue", (at(28, 9), at(28, 11)), title="Keeping bees", ru="Пчеловодство",
                    zh="养蜂", topics=("honey",), speakers=("ada",)),
            session("wasps", "sub-forum", "red", (at(28, 9), at(28, 11)), title="Wasps", ru="Осы", zh="黄蜂",
                    status=Status.CANCELLED),
            session("tasting", "signing",
            "blue", (at(28, 10), at(28, 10, 30)), title="Honey tasting", part_of="bees"),
            session("soup", "meal", "kitchen", (at(28, 12), at(28, 13)),
            (at(29, 12), at(29, 13)), title="Lunch", ru="Обед",
                    zh="午餐"),
            session("dance", "reception",
            "barn", (at(28, 20), at(28, 23, 30)), title="Barn dance", ru="Танцы", zh="舞会"),
            session("farewell", "ceremony",
            "blue", (at(29, 16), at(29, 17)), title="Farewell", ru="Прощание", zh="告别会"),
        ),
        (
            Venue("house", Localized(en="House"), place, 1, 2, rooms),
            Venue("farm", Localized(en="Farm"), place, 1, 2, (barn,)),
        ),
        (
            Person("honey", "vocabulary", Localized(en="honey", ru="мёд", zh="蜂蜜")),
            Person("ada", "person", Localized(en="Ada Byron", ru="Ада Байрон", zh="艾达"), {"ru": ("Байрон",)}),
            Person("milk", "vocabulary", Localized(en="milk", ru="молоко", zh="牛奶")),
        ),
    )  # fmt: skip


def ids(findings) -> list[str]:
    return [one.session.id for one in findings.occurrences]


def ask(text: str, programme: Programme, now: datetime):
    reading = read(text, programme, now)
    assert reading is not None, text
    return reading, lookup(reading, programme, now)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("what's on 28 March", 28), ("on March 29th", 29), ("the 29th of March?", 29), ("28.03", 28), ("29/3", 29),
        ("3/29", 29), ("2026-03-28", 28), ("on Saturday", 28), ("sun", 29), ("tomorrow", 28),
        ("the day after tomorrow", 29),
        ("day one", 28), ("last day", 29), ("что 28 марта", 28), ("29-го", 29), ("в субботу", 28), ("в вс", 29),
        ("завтра", 28),
        ("послезавтра", 29), ("в последний день", 29), ("28 числа", 28), ("28.3.2026", 28), ("28日有什么", 28),
        ("二十九号", 29),
        ("3月28日", 28), ("三月二十九日", 29), ("周六", 28), ("礼拜天", 29), ("明天", 28), ("后天", 29),
        ("第二天", 29), ("頭一天", 28),
    ],
)  # fmt: skip
def test_days_in_every_spelling(programme, text, day):
    reading = read(text, programme, at(27, 15))
    assert reading.window.days == (date(2026, 3, day),)
    assert reading.window.day_named


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("at 9", 9, 0), ("at 14:30", 14, 30), ("at 2.30", 14, 30), ("at half past two", 14, 30),
        ("at a quarter to six", 17, 45),
        ("at 7 pm", 19, 0), ("at 7 am", 7, 0), ("at noon", 12, 0), ("at ten past three", 15, 10),
        ("by five o'clock", 17, 0),
        ("at eight in the evening", 20, 0), ("at 07:30", 7, 30), ("в 9", 9, 0), ("в 9 вечера", 21, 0),
        ("в полтретьего", 14, 30),
        ("в половине третьего", 14, 30), ("без четверти шесть", 17, 45), ("к девяти", 9, 0), ("в два часа", 14, 0),
        ("в час дня", 13, 0), ("в 14-30", 14, 30), ("в 10.40", 10, 40), ("в три тридцать", 15, 30),
        ("в семь утра", 7, 0),
        ("в полдень", 12, 0), ("в пятнадцать сорок", 15, 40), ("两点半", 14, 30), ("下午三点", 15, 0),
        ("上午9点", 9, 0),
        ("14点30分", 14, 30), ("晚上八点一刻", 20, 15), ("中午12点", 12, 0), ("十点四十", 10, 40),
        ("早上七点半", 7, 30),
        ("１４：３０", 14, 30), ("十四时", 14, 0), ("中午一点", 13, 0),
    ],
)  # fmt: skip
def test_times_of_day_in_every_spelling(programme, text, hour, minute):
    reading = read(f"{text}?", programme, at(27, 15))
    assert reading.relation is Relation.AT
    assert (reading.moment.hour, reading.moment.minute) == (hour, minute)
    assert reading.moment.date() == SATURDAY  # nothing is on today, the 27th


@pytest.mark.parametrize(
    ("text", "relation", "clock_times"),
    [
        ("before 11", Relation.BEFORE, (None, "11:00")), ("after 3 pm", Relation.AFTER, ("15:00", None)),
        ("between 2 and 4", Relation.BETWEEN, ("14:00", "16:00")), ("from 8 to 10 pm", Relation.BETWEEN, ("20:00",
        "22:00")),
        ("from 11 to 1", Relation.BETWEEN, ("11:00", "13:00")), ("9-12:30", Relation.BETWEEN, ("09:00", "12:30")),
        ("до одиннадцати", Relation.BEFORE, (None, "11:00")), ("после трёх", Relation.AFTER, ("15:00", None)),
        ("с двух до четырёх", Relation.BETWEEN, ("14:00", "16:00")), ("между 9 и 11", Relation.BETWEEN, ("09:00",
        "11:00")),
        ("с 9 до половины третьего", Relation.BETWEEN, ("09:00", "14:30")), ("两点到四点", Relation.BETWEEN, ("14:00",
        "16:00")),
        ("十一点之前", Relation.BEFORE, (None, "11:00")), ("下午三点以后", Relation.AFTER, ("15:00", None)),
        ("下午2-4点", Relation.BETWEEN, ("14:00", "16:00")), ("从九点到十二点", Relation.BETWEEN, ("09:00", "12:00")),
    ],
)  # fmt: skip
def test_stretches_of_time(programme, text, relation, clock_times):
    reading = read(f"{text}?", programme, at(28, 7))
    assert reading.relation is relation
    assert tuple(one and f"{one:%H:%M}" for one in reading.window.clock) == clock_times


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("what's on in an hour", 60), ("in half an hour", 30), ("in 2 hours", 120), ("20 minutes from now", 20),
        ("через час", 60), ("через полчаса", 30), ("через 20 минут", 20), ("через полтора часа", 90),
        ("через два часа", 120),
        ("一小时后", 60), ("半小时后", 30), ("两个小时以后", 120), ("再过20分钟", 20), ("一个半小时后", 90),
        ("一刻钟后", 15),
    ],
)  # fmt: skip
def test_distances_from_now(programme, text, minutes):
    now = at(28, 9, 5)
    reading = read(text, programme, now)
    assert (reading.relation, reading.moment) == (Relation.AT, now + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tomorrow morning", PartOfDay.MORNING), ("after lunch", PartOfDay.AFTERNOON), ("tonight", PartOfDay.EVENING),
        ("early in the morning", PartOfDay.EARLY), ("в обед", PartOfDay.NOON), ("до обеда", PartOfDay.BEFORE_LUNCH),
        ("вечером", PartOfDay.EVENING), ("завтра днём", PartOfDay.DAYTIME),
        ("во второй половине дня", PartOfDay.AFTERNOON),
        ("明早", PartOfDay.MORNING), ("午饭前", PartOfDay.BEFORE_LUNCH), ("吃完午饭", PartOfDay.AFTERNOON),
        ("傍晚", PartOfDay.EVENING),
        ("今晚", PartOfDay.EVENING), ("at night", PartOfDay.NIGHT), ("清晨", PartOfDay.EARLY),
    ],
)  # fmt: skip
def test_parts_of_the_day(programme, text, part):
    assert read(f"{text}?", programme, at(28, 7)).window.part is part


def test_after_lunch_begins_when_lunch_ends(programme):
    _, findings = ask("what is on after lunch on Saturday?", programme, at(28, 7))
    assert findings.window.start == at(28, 13)
    assert "soup" not in ids(findings)


def test_an_open_end_lasts_until_the_last_known_end_of_its_day(programme):
    assert closing_of(programme, SATURDAY) == at(28, 23, 30)
    assert closing_of(programme, SUNDAY) == at(29, 17)
    assert ids(ask("what's on now", programme, at(28, 23, 20))[1]) == ["desk", "dance"]
    assert ids(ask("what's on now", programme, at(28, 23, 30))[1]) == []
    assert ids(ask("что сейчас", programme, at(29, 16, 59))[1]) == ["desk", "farewell"]


def test_a_part_stands_after_its_whole(programme):
    assert ids(ask("Saturday morning?", programme, at(28, 7))[1]) == ["desk", "bees", "tasting"]
    _, findings = ask("what is the last item of keeping bees", programme, at(28, 7))
    assert ids(findings) == ["tasting"]


def test_a_cancelled_session_is_not_listed_but_found_by_name(programme):
    _, findings = ask("what's on in the red room on Saturday", programme, at(28, 7))
    assert ids(findings) == []
    assert [one.session.id for one in findings.cancelled] == ["wasps"]
    _, findings = ask("когда осы", programme, at(28, 7))
    assert ids(findings) == ["wasps"]
    assert [one.session.id for one in findings.cancelled] == ["wasps"]


def test_before_and_after_the_event(programme):
    _, findings = ask("what's on now?", programme, at(1, 10))
    assert findings.before_event and findings.nothing_then and not findings.after_event
    assert findings.nearest_day == SATURDAY
    assert [one.session.id for one in findings.next] == ["desk"]
    _, findings = ask("现在有什么", programme, at(29, 17))
    assert findings.after_event and findings.nothing_then and findings.next == ()


def test_the_nearest_day_is_still_to_come(programme):
    _, findings = ask("what is on on Monday", programme, at(28, 9))
    assert findings.nothing_then and findings.nearest_day == SUNDAY
    # The dance was on Saturday evening, and after Sunday there is nothing at all.
    assert ask("what receptions are there tonight", programme, at(29, 9))[1].nearest_day is None
    assert ask("what is on on Monday", programme, at(29, 17))[1].nearest_day is None


def test_what_is_over_and_what_is_to_come(programme):
    _, findings = ask("when was keeping bees", programme, at(29, 9))
    assert findings.is_over and ids(findings) == ["bees"]
    _, findings = ask("когда танцы", programme, at(28, 9))
    assert findings.not_started and not findings.is_over
    _, findings = ask("when is lunch?", programme, at(28, 13, 30))
    assert [one.slot.start for one in findings.occurrences] == [at(29, 12)]
    _, findings = ask("when is lunch?", programme, at(28, 12, 30))
    assert [one.slot.start for one in findings.on_now] == [at(28, 12)]


def test_nothing_then_points_ahead(programme):
    _, findings = ask("what's in the red room now?", programme, at(28, 9, 30))
    assert findings.nothing_then and not findings.next
    _, findings = ask("what's in the blue room at 3 pm today", programme, at(28, 12))
    assert findings.nothing_then
    assert [one.session.id for one in findings.next] == ["farewell"]
    assert findings.nearest_day == SUNDAY


def test_speakers_topics_and_venues(programme):
    assert ids(ask("when does Ada Byron speak? когда Байрон", programme, at(28, 7))[1]) == ["bees"]
    assert ids(ask("is there anything about honey on Saturday", programme, at(28, 7))[1]) == ["bees"]
    assert ids(ask("что завтра на ферме... what's on at the farm tomorrow", programme, at(27, 7))[1]) == ["dance"]
    assert not read("is there anything about milk on Saturday", programme, at(28, 7)).pure


def test_told_by_a_session(programme):
    reading, findings = ask("what's on after keeping bees", programme, at(28, 7))
    assert (reading.relation, reading.anchor) == (Relation.AFTER, "bees")
    assert ids(findings) == ["soup", "dance"]
    assert ids(ask("что перед танцами", programme, at(28, 7))[1]) == ["desk", "bees", "tasting", "soup"]
    assert ids(ask("舞会之前有什么", programme, at(28, 7))[1]) == ["desk", "bees", "tasting", "soup"]
    assert ids(ask("what is right after keeping bees", programme, at(28, 7))[1]) == ["soup"]


def test_which_end_is_asked(programme):
    assert read("when does the barn dance end?", programme, at(28, 7)).aspect is Aspect.END
    assert read("во сколько начинаются танцы", programme, at(28, 7)).aspect is Aspect.START
    assert read("舞会几点结束", programme, at(28, 7)).aspect is Aspect.END


def test_a_day_of_twenty_three_hours(programme):
    """The clocks go forward on the night to Sunday."""
    _, findings = ask("what's on tomorrow", programme, at(28, 23))
    assert ids(findings) == ["desk", "soup", "farewell"]
    assert findings.window.end - findings.window.start == timedelta(days=1)
    assert (findings.window.end.astimezone(UTC) - findings.window.start.astimezone(UTC)) == timedelta(hours=23)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_the_zone_of_the_server_and_of_the_clock_change_nothing(programme, zone):
    before = os.environ.get("TZ")
    expected = [ask(text, programme, at(28, 9, 30)) for text in ("what's on now", "завтра в 4", "今晚有什么")]
    try:
        os.environ["TZ"] = zone
        clock.tzset()
        elsewhere = at(28, 9, 30).astimezone(ZoneInfo(zone))
        assert [ask(text, programme, elsewhere) for text in ("what's on now", "завтра в 4", "今晚有什么")] == expected
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        clock.tzset()


def test_a_new_version_of_the_programme_is_read_anew(programme):
    renamed = tuple(
        replace(one, title=Localized(en="Ball of the bees")) if one.id == "dance" else one for one in programme.sessions
    )
    changed = replace(programme, sessions=renamed, version=2)
    assert read("when is the ball of the bees?", changed, at(28, 7)).sessions == ("dance",)
    assert read("when is the barn dance?", programme, at(28, 7)).sessions == ("dance",)


@pytest.mark.parametrize(
    "text",
    ["", " ", "?!", "😀", "hello", "привет", "你好", "31.02", "what's on at 25:99", "99 июля", "第九十九天",
    "a" * 5000,
     "в в в в в", "зал", "厅", "1" * 400, "at at at", "между", "从到", "'; drop table sessions; --",
     "в" * 300, "\u202e\u0000x"],
)  # fmt: skip
def test_odd_texts_do_not_break_it(programme, text):
    reading = read(text, programme, at(28, 9))
    if reading is not None:
        lookup(reading, programme, at(28, 9))


def test_random_words_do_not_break_it(programme):
    words = (
        "what on now next at 9 14:30 between and to from in the blue room after before lunch tomorrow first last "
        "day dance "
        "что в с до после к зал синий завтра 28 марта пол третьего половине четверть без через час минут танцы первый "
        "明天 下午 三 点 半 到 之前 后 蓝厅 舞会 现在 接下来 28日 两 小时 ? , . - : 7 00 pm"
    ).split()
    dice = random.Random(7)
    for _ in range(3000):
        text = " ".join(dice.choices(words, k=dice.randint(1, 9)))
        reading = read(text, programme, at(28, 9))
        if reading is not None:
            lookup(reading, programme, at(28, 9))


def test_an_empty_programme_answers_nothing():
    empty = Programme(ZONE, ())
    reading, findings = ask("what's on now", empty, at(28, 9))
    assert reading.relation is Relation.NOW and findings.occurrences == () and findings.nearest_day is None
    assert ask("завтра утром", empty, at(28, 9))[1].not_in_programme


def test_many_threads_read_alike(programme):
    fresh = [replace(programme, version=number) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: read("что завтра в синем зале", one, at(27, 9)), fresh * 5))
    assert set(found) == {found[0]}
