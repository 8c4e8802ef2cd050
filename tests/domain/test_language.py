"""Which language was written, which one is shown, and how a text is cleaned."""

import pytest

from bot.domain.language import Language, Localized, answer_language, clean, fold, has_words, written_language

ZH, RU, EN = Language.ZH, Language.RU, Language.EN


@pytest.mark.parametrize(
    ("text", "preferred", "expected"),
    [
        ("会场在哪里？", EN, ZH),
        ("請問會場在哪裡", EN, ZH),
        ("Где зал?", EN, RU),
        ("Қайда тіркелуге болады?", ZH, RU),
        ("Дзе рэгістрацыя?", None, RU),
        ("Where is the main hall?", RU, EN),
        ("wifi", RU, RU),
        ("Hall A", ZH, ZH),
        ("OK", None, EN),
        ("12:30", RU, RU),
        ("где wifi", EN, RU),
        ("wifi 密码", RU, ZH),
        ("https://t.me/somebody/1234 где это", EN, RU),
        ("", ZH, ZH),
        ("gde registraciya uchastnikov foruma", RU, RU),
        ("qianzheng zenme ban", ZH, ZH),
        ("do Russians need 签证 for the forum?", RU, EN),
        ("where is the Главный зал", ZH, EN),
        ("нужна ли visa для citizens of Узбекистан", EN, RU),
        ("会场的 wifi password 是什么", RU, ZH),
        ("I want to see the port", ZH, EN),
    ],
)
def test_the_answer_is_in_the_language_written(text, preferred, expected):
    assert answer_language(text, preferred) is expected


def test_digits_and_emoji_tell_no_language():
    assert written_language("12:30 🙂") is None


def test_a_missing_rendering_is_shown_in_another_language_and_says_which():
    assert Localized(zh="你好", ru="привет").show(EN) == ("привет", RU)
    with pytest.raises(ValueError):
        Localized().show(EN)


def test_clean_drops_what_cannot_be_seen_and_keeps_what_can():
    assert clean("Hall\u202e A\u200b\u00ad\x07!") == "Hall A !"
    assert clean("①20：00") == "①20：00"
    assert clean("👨\u200d👩\u200d👧 й ё") == "👨\u200d👩\u200d👧 й ё"


def test_fold_makes_spellings_of_one_word_equal():
    assert fold("  ЁЛКА\u3000ＷｉＦｉ ") == "елка wifi"


@pytest.mark.parametrize(("text", "expected"), [("🙂🙂", False), ("?!…", False), ("\u202e\u200b", False), ("5", True)])
def test_has_words(text, expected):
    assert has_words(text) is expected


def test_english_with_typos_is_english_for_a_person_who_wrote_russian_before():
    assert written_language("whre do i pick up my bagde", Language.RU) is Language.EN
    assert written_language("wo you yi ge wenti", Language.ZH) is None
