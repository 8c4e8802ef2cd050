"""Whole conversations as data, in three languages: said -> shown, on a real database and a real small index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Attachment, Reply
from bot.domain.language import Language
from bot.services.answering import Answering
from bot.settings import EVENT_ZONE, Settings
from bot.stores.database import Database
from tests.conversation.small_house import HeldIndex, build_congress
from tests.conversation.stand_ins import Clock, Person

FOLDER = Path(__file__).parent / "dialogues"
FILES = sorted(FOLDER.glob("*/*.yaml"))
KEYS = {"said", "pressed", "sent", "wait", "shown", "not_shown", "buttons", "in_place"}


@pytest.fixture(scope="session")
def congress(tmp_path_factory):
    index = build_congress(tmp_path_factory.mktemp("congress") / "generation")
    yield index
    index.close()


@asynccontextmanager
async def person_of(dialogue: dict, index, folder: Path) -> AsyncIterator[Person]:
    settings = Settings(_env_file=None, data_dir=folder, **dialogue.get("settings", {}))
    clock = Clock(datetime.fromisoformat(dialogue["now"]).replace(tzinfo=EVENT_ZONE))
    database = await Database.open(settings.database, clock)
    held = HeldIndex(index)
    try:
        assistant = Assistant(Answering(held), held, database, settings, clock)
        interface = dialogue.get("interface")
        yield Person(assistant, clock, 100, Language(interface) if interface else None)
    finally:
        await database.close()


def seen(replies: list[Reply]) -> str:
    """What is on the screen, in the order in which it stands there."""
    return "\n".join(
        part for reply in replies for part in (reply.toast, reply.title, reply.text, reply.small_print) if part
    )


def check(step: dict, replies: list[Reply]) -> None:
    screen, place = seen(replies), 0
    for expected in step.get("shown", []):
        found = screen.find(expected, place)
        assert found >= 0, f"{expected!r} is not shown (in this order) in:\n{screen}"
        place = found + len(expected)
    for unexpected in step.get("not_shown", []):
        assert unexpected not in screen
    labels = [button.label for reply in replies for row in reply.buttons for button in row]
    for label in step.get("buttons", []):
        assert label in labels
    assert any(reply.replaces for reply in replies) is step.get("in_place", False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_dialogue(file, congress, tmp_path):
    dialogue = yaml.safe_load(file.read_text("utf-8"))
    async with person_of(dialogue, congress, tmp_path) as person:
        for step in dialogue["steps"]:
            assert not set(step) - KEYS
            if "wait" in step:
                person.clock.advance(minutes=step["wait"])
            if "said" in step:
                replies = await person.say(step["said"])
            elif "pressed" in step:
                replies = await person.press(step["pressed"])
            elif "sent" in step:
                replies = await person.hear(attachment=Attachment("file", kind=step["sent"], file_id="1"))
            else:
                continue
            check(step, replies)


def test_every_dialogue_exists_in_three_languages():
    names = {language: sorted(file.name for file in (FOLDER / language).glob("*.yaml")) for language in Language}
    assert names[Language.ZH] == names[Language.RU] == names[Language.EN]
    assert len(names[Language.EN]) >= 8
