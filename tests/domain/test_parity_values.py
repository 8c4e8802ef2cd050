"""Values read out of three languages: the same thing in any spelling gives the same value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.domain.language import Language
from bot.domain.parity import reading, wording
from bot.domain.parity.comparison import compare
from bot.domain.parity.names import Lexicon, Name, stems
from bot.domain.parity.values import Kind

ZH, RU, EN = Language
NAMES = Lexicon(
    [
        Name("egypt", Kind.COUNTRY, ("埃及", "Египет", "Egypt")),
        Name("kazakhstan", Kind.COUNTRY, ("哈萨克斯坦", "Казахстан", "Kazakhstan")),
        Name("russia", Kind.COUNTRY, ("俄罗斯", "Россия", "Russia")),
        Name("uzbekistan", Kind.COUNTRY, ("乌兹别克斯坦", "Узбекистан", "Uzbekistan")),
        Name("nankai", Kind.INSTITUTION, ("南开大学", "Нанькайский университет", "Nankai University")),
        Name("institute", Kind.INSTITUTION, ("乌兹别克斯坦中亚国际研究所", "International Institute for Central Asia")),
        Name("ermekbayev", Kind.PERSON, ("叶尔梅克巴耶夫", "Нурлан Ермекбаев", "Ермекбаев", "Nurlan Yermekbayev")),
        Name("banquet-hall", Kind.ROOM, ("宴会厅", "Банкетный зал", "Banquet Hall")),
    ]
)


def values(text: str, language: Language, kind: Kind) -> list:
    return [
        (value.key, value.unit) if kind is Kind.NUMBER else value.key
        for value in reading.read(text, language, NAMES)
        if value.kind is kind
    ]


@pytest.mark.parametrize(
    ("text", "language", "number", "unit"),
    [
        ("13.5亿元", ZH, 1_350_000_000, "CNY"), ("1,35 млрд юаней", RU, 1_350_000_000, "CNY"),
        ("1.35 billion yuan", EN, 1_350_000_000, "CNY"), ("30万亿美元", ZH, 30 * 10**12, "USD"),
        ("почти 30 трлн долларов США", RU, 30 * 10**12, "USD"), ("USD 30 trillion", EN, 30 * 10**12, "USD"),
        ("每年约6,000万千瓦时", ZH, 60_000_000, "kWh"), ("60 млн кВт·ч", RU, 60_000_000, "kWh"),
        ("60 million kWh", EN, 60_000_000, "kWh"), ("2.566千万亿次/秒", ZH, 2_566 * 10**12, "flop/s"),
        ("2,566 Пфлопс", RU, 2_566 * 10**12, "flop/s"), ("15,000多人", ZH, 15_000, None),
        ("более 15 000 человек", RU, 15_000, None), ("15 000 человек", RU, 15_000, None), ("40%", ZH, 40, "percent"),
        ("百分之四十", ZH, 40, "percent"), ("40 процентов", RU, 40, "percent"), ("40 per cent", EN, 40, "percent"),
        ("最高时速350公里", ZH, 350, "km/h"), ("до 350 км/ч", RU, 350, "km/h"), ("350 km/h", EN, 350, "km/h"),
        ("240小时", ZH, 864_000, "s"), ("240-часовой", RU, 864_000, "s"), ("240-hour", EN, 864_000, "s"),
        ("两小时", ZH, 7_200, "s"), ("за два часа", RU, 7_200, "s"), ("two hours", EN, 7_200, "s"),
        ("０．５公里", ZH, 500, "m"), ("10的18次方", ZH, 10**18, None), ("10^18", RU, 10**18, None),
        ("112 000 м²", RU, 112_000, "m2"), ("112,000平方米", ZH, 112_000, "m2"), ("500毫升", ZH, Decimal("0.5"), "l"),
        ("500 мл", RU, Decimal("0.5"), "l"), ("2-3 million", EN, 2_000_000, None),
        ("四分之一", ZH, Decimal("0.25"), None),
        ("около четверти", RU, Decimal("0.25"), None), ("a quarter", EN, Decimal("0.25"), None),
    ],
)  # fmt: skip
def test_numbers(text, language, number, unit):
    assert (Decimal(number), unit) in values(text, language, Kind.NUMBER)


@pytest.mark.parametrize(
    ("text", "language", "minutes"),
    [
        ("下午6点半", ZH, [1110]), ("18:30", RU, [1110]), ("6.30 pm", EN, [1110]), ("6:30 p.m.", EN, [1110]),
        ("в 18.30", RU, [1110]), ("в 9 часов", RU, [540]), ("9 часов утра", RU, [540]), ("9 a.m.", EN, [540]),
        ("上午九点", ZH, [540]), ("at noon", EN, [720]), ("в полдень", RU, [720]), ("09：00至12：30", ZH, [540, 750]),
        ("07:00-21:30", EN, [420, 1290]), ("за 24 часа", RU, []), ("24小时内", ZH, []),
    ],
)  # fmt: skip
def test_times(text, language, minutes):
    assert values(text, language, Kind.TIME) == minutes


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("2025年7月10日（星期四）至11日（星期五）", ZH, [(7, 10), (7, 11)]),
        ("10–11 июля 2025 года", RU, [(7, 10), (7, 11)]),
        ("10–11 July 2025", EN, [(7, 10), (7, 11)]), ("July 10 and 11, 2025", EN, [(7, 10), (7, 11)]),
        ("8月31日至9月1日", ZH, [(8, 31), (9, 1)]), ("31 августа – 1 сентября", RU, [(8, 31), (9, 1)]),
        ("с 10 по 11 июля", RU, [(7, 10), (7, 11)]), ("10.07.2025", RU, [(7, 10)]), ("2025-07-10", EN, [(7, 10)]),
        ("七月十日", ZH, [(7, 10)]), ("the 10th of July", EN, [(7, 10)]), ("in May 2009", EN, [(5, None)]),
        ("в мае 2009 года", RU, [(5, None)]), ("2009年5月", ZH, [(5, None)]), ("You may come", EN, []),
        ("Мая зовут", RU, [(5, None)]), ("level 1, 10 and 11 July", EN, [(7, 10), (7, 11)]),
    ],
)  # fmt: skip
def test_dates(text, language, days):
    assert values(text, language, Kind.DATE) == days


@pytest.mark.parametrize(
    ("text", "language", "kind", "keys"),
    [
        ("A厅、B厅、C厅", ZH, Kind.ROOM, ["hall a", "hall b", "hall c"]),
        ("Залы А, В и С", RU, Kind.ROOM, ["hall a", "hall b", "hall c"]),
        ("Halls A, B and C", EN, Kind.ROOM, ["hall a", "hall b", "hall c"]),
        ("二层210室", ZH, Kind.ROOM, ["room 210"]), ("в комнате 210", RU, Kind.ROOM, ["room 210"]),
        ("у третьих ворот, от ворот 2", RU, Kind.ROOM, ["gate 3", "gate 2"]),
        ("Gate 2, 10 July", EN, Kind.ROOM, ["gate 2"]),
        ("в Банкетном зале", RU, Kind.ROOM, ["banquet-hall"]), ("宴会厅", ZH, Kind.ROOM, ["banquet-hall"]),
        ("二层", ZH, Kind.LEVEL, ["level 2"]), ("на втором этаже", RU, Kind.LEVEL, ["level 2"]),
        ("on the 2nd floor", EN, Kind.LEVEL, ["level 2"]), ("+86 22 2345 6789", EN, Kind.PHONE, ["02223456789"]),
        ("022-23456789", ZH, Kind.PHONE, ["02223456789"]),
        ("сайт https://www.a-b.org/x/.", RU, Kind.LINK, ["a-b.org/x"]),
        ("详见www.a-b.org/x。", ZH, Kind.LINK, ["a-b.org/x"]), ("mail desk@a-b.org", EN, Kind.LINK, ["desk@a-b.org"]),
        ("парковка Р2, 5G", RU, Kind.CODE, ["p2", "5g"]), ("P2停车场，5G网络", ZH, Kind.CODE, ["p2", "5g"]),
        ("в пятницу", RU, Kind.WEEKDAY, [4]), ("星期五", ZH, Kind.WEEKDAY, [4]),
        ("доступная среда", RU, Kind.WEEKDAY, []),
    ],
)  # fmt: skip
def test_rooms_and_contacts(text, language, kind, keys):
    assert values(text, language, kind) == keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("граждане Египта", "egypt"), ("в Казахстане", "kazakhstan"), ("Узбекистаном", "uzbekistan"),
        ("Нанькайского университета", "nankai"), ("с Нурланом Ермекбаевым", "ermekbayev"), ("Россией", "russia"),
        ("российских банков", "russia"), ("по словам Ермекбаева", "ermekbayev"),
    ],
)  # fmt: skip
def test_russian_names_in_any_case(text, key):
    assert key in [value.key for value in reading.read(text, RU, NAMES)]


def test_a_name_inside_a_longer_one_is_weak():
    found = {value.key: value.weak for value in reading.read("乌兹别克斯坦中亚国际研究所", ZH, NAMES)}
    assert found == {"institute": False, "uzbekistan": True}


def test_stems_do_not_run_together():
    assert not stems("Индия") & stems("Иран")
    assert not stems("мировой") & stems("мир")
    assert stems("Тяньцзиня") & stems("Тяньцзинь")


def disagreement(**texts: str) -> tuple[list, list]:
    return compare({Language(code): reading.read(text, Language(code), NAMES) for code, text in texts.items()})


def test_one_against_two_is_told_once_and_stands_first():
    contradictions, missing = disagreement(zh="14公里", ru="13 км", en="13 km")
    assert [list(one.sides) for one in contradictions] == [[ZH, RU, EN]]
    assert missing == []


def test_a_value_that_one_lacks_is_missing_not_contradicted():
    contradictions, missing = disagreement(zh="13公里，2号线", ru="13 км", en="13 km, line 2")
    assert contradictions == []
    assert [(one.value.key, one.absent) for one in missing] == [(2, (RU,))]


def test_a_slip_among_repeated_values_is_a_contradiction():
    contradictions, _ = disagreement(ru="12 проектов, 12 стран", en="12 projects, 13 countries")
    assert [one.kind for one in contradictions] == [Kind.NUMBER]


def test_words_support_digits_and_are_not_missed():
    assert disagreement(zh="四场论坛", ru="4 форума", en="forums")[0] == []
    assert disagreement(zh="四场论坛", ru="тематические форумы") == ([], [])
    assert disagreement(zh="四场论坛", ru="3 форума")[0] != []


def test_a_unit_or_a_year_that_only_one_names_does_not_matter():
    assert disagreement(zh="180天内", ru="за 180") == ([], [])
    assert disagreement(zh="2025年7月10日", ru="10 июля") == ([], [])


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("Время TBD", RU, "placeholder"), ("地点待定", ZH, "placeholder"), ("Зал {hall}", RU, "placeholder"),
        ("в Зaле", RU, "Latin"), ("c 9 до 18", RU, None), ("работает c 9 до 18", RU, "Latin letter"),
        ("开放时间０９点", ZH, "full-width"), ('名为"海河"的', ZH, "straight"), ('отель "Хайхэ"', RU, "straight"),
        ("QR-код и eSIM", RU, None), ('the "SCO family"', EN, None), ("выход C", RU, None),
    ],
)  # fmt: skip
def test_wording(text, language, part):
    found = [str(oddity.problem) for oddity in wording.oddities(text, language)]
    assert (found == []) if part is None else (len(found) == 1 and part in found[0])


def test_a_sentence_that_stands_out_by_its_length():
    bodies = {str(number): {EN: "Ten words or so stand in this sentence.", RU: "Около десяти слов в предложении."}
              for number in range(40)}  # fmt: skip
    assert wording.uneven(bodies) == {}
    bodies["7"] = {EN: "Ten words or so stand in this sentence.", RU: "Десять."}
    assert [(key, one.language) for key, several in wording.uneven(bodies).items() for one in several] == [("7", RU)]
