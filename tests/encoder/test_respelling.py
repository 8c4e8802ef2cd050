"""English by ear, in Russian letters and in Latin ones."""

import pytest

from bot.encoder.respelling import respelled


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("хау мач из зе тикет", "how much is the ticket"),
        ("кэн ай хэв э вегетариан мил", "can i have a vegetarian meal"),
        # A word of the Russian lexicon means the same there.
        ("вер из зе шаттл бас", "where is the шаттл bus"),
        ("вот тайм из зе опенинг сэрэмони", "what time is the opening ceremony"),
        ("wot iz ze hotlain namber", "what is the hotline number"),
    ],
)
def test_english_by_ear_is_read_back(heard: str, meant: str):
    assert respelled(heard) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Где остановка автобуса?", "Вот из-за чего я опоздал", "Можно ли пить воду из-под крана?", "форум",
        "Where is the shuttle bus?", "gde registraciya", "ban che zai na li", "班车在哪里", "", "Wi-Fi пароль", "ШОС",
    ],
)  # fmt: skip
def test_everything_else_is_left_alone(text: str):
    assert respelled(text) == text
