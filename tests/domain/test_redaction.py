"""What people give away of themselves is masked in three languages, and questions keep their sense."""

import pytest

from bot.domain.redaction import MASK, redacted
from bot.stores import golden_files


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My name is Ivan Petrov, call +7 (916) 123-45-67", "My name is …, call …"),
        ("my name is ivan petrov where is my driver", "my name is … where is my driver"),
        ("I'm John Smith, room 1204", "I'm …, room …"),
        ("I’m Aigerim from Astana", "I’m … from Astana"),
        ("This is Mr. Rahimov from Tajikistan", "This is Mr. … from Tajikistan"),
        ("Hello, I'm Dr. Ahmed Khan (seat 12C)", "Hello, I'm Dr. … (seat …)"),
        ("I lost my wife Anna at the gate", "I lost my wife … at the gate"),
        ("Passport number 51 1234567, born on 12.03.1970", "Passport number …, born on …"),
        ("write to a.b@mail.ru or @somebody", "write to … or …"),
        ("меня зовут Иван Петров, где водитель?", "меня зовут …, где водитель?"),
        ("меня зовут иван петров где водитель", "меня зовут … где водитель"),
        ("Я Петров Иван Сергеевич, паспорт 4510 123456", "Я …, паспорт …"),
        ("Моя фамилия Сидорова, номер комнаты 815", "Моя фамилия …, номер комнаты …"),
        ("Добрый день, это Рахимов из Таджикистана", "Добрый день, это … из Таджикистана"),
        ("г-н Рахимов живёт в 815-м номере", "г-н … живёт в …-м номере"),
        ("Ивану Сергеевичу плохо, место 12А", "… плохо, место …"),
        ("Позвоните Петрову И. С., бейдж № 20471", "Позвоните …, бейдж № …"),
        ("С уважением, Алишер Каримов", "С уважением, …"),
        ("我是王小明", "我是…"),
        ("我是来自俄罗斯的伊万·彼得罗夫，住815房", "我是来自俄罗斯的…，住…房"),
        ("我叫王小明，护照E12345678丢了", "我叫…，护照…丢了"),
        ("我叫娜塔莎，电话13800138000", "我叫…，电话…"),
        ("本人姓张", "本人姓…"),
        ("姓名：李雷，座位12排5号", "姓名：…，座位…号"),
        ("请找拉希莫夫先生和王女士", "请找…先生和…女士"),
    ],
)
def test_who_asks_is_masked(said, kept):
    assert redacted(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "I'm a journalist", "I am from Kazakhstan", "I'm Kazakh and I am Muslim", "Is this Hall B?", "This is Hall B",
        "My name is misspelt on the badge", "Hall A at 14:00 on 11 July 2025, 40 seats", "the forum of 2024-2025",
        "Я из Казахстана", "Я Вас не понимаю", "Это Главный зал?", "Фамилия на бейдже с ошибкой", "Рейс номер 815",
        "Звонить по номеру 120?", "меня зовут на сцену во сколько?", "Стою на месте 40 минут", "имя Wi-Fi сети",
        "我是记者", "我是中国人", "我是程序员", "我是哈萨克斯坦代表", "我叫不到车", "我叫救护车", "我同事高烧",
        "姓名和手机号", "您贵姓", "老百姓马上能用吗", "这是高铁站吗", "座位有40个", "女士穿什么", "2025-07-10",
    ],
)  # fmt: skip
def test_an_ordinary_question_stays_as_it_is(said):
    assert redacted(said) == said


def test_hardly_a_golden_question_is_touched():
    questions = [question.text for question in golden_files.read()]
    masked = [text for text in questions if redacted(text).count(MASK) > text.count(MASK)]
    assert len(questions) > 10_000
    assert len(masked) < len(questions) / 500, masked
