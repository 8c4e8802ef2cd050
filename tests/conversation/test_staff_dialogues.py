"""Whole conversations with volunteers as data, in three languages: what the delegate and what the group see."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.domain.language import Language
from bot.settings import EVENT_ZONE
from tests.conversation.desk_stage import ANNA, BORIS, open_desk

FOLDER = Path(__file__).parent.parent / "dialogues"
FILES = sorted(FOLDER.glob("*/desk/*.yaml"))
ACTS = {"said", "replied", "pressed", "pressed_by", "written_by", "wait"}
SEEN = {"shown", "toast", "card", "card_buttons", "group"}
VOLUNTEERS = {"anna": ANNA, "boris": BORIS}
DELEGATE = 100


async def act(desk, step: dict, language: Language) -> None:
    mine = desk.chat(DELEGATE)
    if "wait" in step:
        await desk.wait(minutes=step["wait"])
    elif "said" in step:
        await desk.ask(DELEGATE, step["said"], language)
    elif "replied" in step:
        answer = [message for message in mine if message.reply.ref.startswith("answer:")][-1]
        await desk.ask(DELEGATE, step["replied"], language, replies_to=answer.id)
    elif "pressed" in step:
        message = next(message for message in reversed(mine) if any(step["pressed"] in one for one in message.labels))
        await desk.tap(DELEGATE, message, step["pressed"], language)
    elif "pressed_by" in step:
        who, label = step["pressed_by"]
        await desk.press(VOLUNTEERS[who], desk.card, label)
    else:
        who, text = step["written_by"]
        await desk.write(VOLUNTEERS[who], text, to=desk.card)


def in_order(expected: list[str], screen: str) -> None:
    place = 0
    for words in expected:
        found = screen.find(words, place)
        assert found >= 0, f"{words!r} is not shown (in this order) in:\n{screen}"
        place = found + len(words)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
async def test_dialogue(file, tmp_path):
    dialogue = yaml.safe_load(file.read_text("utf-8"))
    language = Language(dialogue["interface"])
    start = datetime.fromisoformat(dialogue["now"]).replace(tzinfo=EVENT_ZONE)
    async with open_desk(tmp_path, start) as desk:
        for step in dialogue["steps"]:
            assert len(set(step) & ACTS) == 1 and not set(step) - ACTS - SEEN
            before = {message.id: message.shown for message in desk.chat(DELEGATE)}
            desk.toasts.clear()
            await act(desk, step, language)
            news = [message for message in desk.chat(DELEGATE) if before.get(message.id) != message.shown]
            in_order(step.get("shown", []), "\n".join(message.shown for message in news))
            in_order(step.get("card", []), desk.card.shown)
            in_order(step.get("group", []), desk.group[-1].shown)
            assert step.get("toast", "") in "\n".join(desk.toasts)
            assert step.get("card_buttons", desk.card.labels) == desk.card.labels


def test_every_dialogue_exists_in_three_languages():
    names = {language: sorted(file.name for file in (FOLDER / language / "desk").iterdir()) for language in Language}
    assert names[Language.ZH] == names[Language.RU] == names[Language.EN] != []
