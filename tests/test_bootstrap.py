"""The house opens on what is published, and takes up a new version while it is open."""

import asyncio
import shutil

from bot import bootstrap
from bot.domain.language import Language
from bot.services.ingestion import Ingestion
from bot.settings import ROOT, Settings
from bot.stores.models import SentenceEncoder
from tests.conversation.stand_ins import Clock, Person
from tests.doubles import in_this_process


async def test_house_takes_up_a_new_version_without_a_restart(tmp_path, monkeypatch, morning):
    monkeypatch.setattr(bootstrap, "LOOKED_AT_EVERY", 0.05)
    knowledge = shutil.copytree(ROOT / "tests" / "congress", tmp_path / "knowledge")
    ingestion = Ingestion(
        knowledge, tmp_path / "data", SentenceEncoder, calibrate=lambda *_: None, **in_this_process()
    )  # fmt: skip
    ingestion.publish()
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    clock = Clock(morning)
    async with bootstrap.open_house(settings, clock) as house:
        person = Person(house.assistant, clock, 100, Language.EN)
        await person.say("/start")
        (reply,) = await person.say("/about")
        assert "version 1" in reply.text
        (knowledge / "practical" / "boat.en.md").unlink()
        ingestion.publish()
        for _ in range(200):
            (reply,) = await person.say("/about")
            if "version 2" in reply.text:
                break
            await asyncio.sleep(0.05)
        assert "version 2" in reply.text
        (reply,) = await person.hear(button="e:practical:0:boat:en")
        assert reply.small_print.startswith("🌐 So far this answer exists only in Russian.")
