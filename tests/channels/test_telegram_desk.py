"""The desk through the real application over HTTP: volunteers and delegates in Telegram."""

import asyncio
from datetime import UTC, datetime

from bot.domain.language import Language
from bot.stores.database import Database, delegates, exchanges
from tests.botapi.desk_process import open_house
from tests.botapi.fixtures import api, running  # noqa: F401

STAFF, SUPER = -4001, -(10**12) - 1
ANNA, BORIS, STRANGER = 5, 6, 66
DURING_THE_EVENT = datetime(2025, 7, 11, 3, 0, tzinfo=UTC)
QUESTION = "Who sells kites <b>& tulips</b> here?"


def desk(api, folder, **more):  # noqa: F811
    api.world.group(STAFF, [ANNA, BORIS])
    return running(api, folder, open_house, **{"staff_chat": STAFF, "knowledge_dir": folder / "knowledge"} | more)


def cards(world, chat=STAFF):
    return [message for message in world.messages[chat].values()
            if message.get("from", {}).get("is_bot") and "#" in message.get("text", "")]  # fmt: skip


def data_of(message, label):
    return next(button["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for button in row
                if label in button["text"])  # fmt: skip


async def card_of(it, person, question=QUESTION, chat=STAFF):
    known = len(cards(it.world, chat))
    it.world.say(person, question)
    await it.until(lambda world: len(cards(world, chat)) > known)
    return cards(it.world, chat)[-1]


async def shows(it, words, chat=STAFF, seconds=20):
    """Until some message of the chat shows these words now."""

    def shown(world):
        return next((message for message in world.messages[chat].values() if words in message.get("text", "")), None)

    return await it.until(shown, seconds)


async def test_take_answer_write_back_close(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        card = await card_of(it, 7)
        assert f"“{QUESTION}”" in card["text"] and "Delegate 1 · English" in card["text"]
        it.world.press(ANNA, STAFF, card["message_id"], data_of(card, "Take"), name="Anna")
        await shows(it, "working on your question", 7)
        await shows(it, "Anna has it since")
        it.world.press(BORIS, STAFF, card["message_id"], "d:back:1")
        it.world.say(ANNA, "At <the> gate & beyond", chat=STAFF, reply_to=card["message_id"], name="Anna")
        answer = await shows(it, "At <the> gate & beyond", 7)
        assert answer["reply_to_message"]["text"] == QUESTION
        it.world.say(7, "And pumpkins?", reply_to=answer["message_id"])
        words = await shows(it, "And pumpkins?")
        assert words["reply_to_message"]["message_id"] == card["message_id"]
        it.world.say(ANNA, "No pumpkins.", chat=STAFF, reply_to=words["message_id"])
        last = await shows(it, "No pumpkins.", 7)
        it.world.press(7, 7, last["message_id"], data_of(last, "That helps"))
        await shows(it, "and closed.")
        await it.until(lambda world: not world.unanswered())
        assert any("Anna has it since" in (call["text"] or "") for call in it.world.callbacks.values())


async def test_files_and_places_go_through(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        card = await card_of(it, 7)
        it.world.files |= {name: {"name": name, "content": b"x", "kind": kind} for name, kind in
                           (("large", "photo"), ("f", "document"), ("v", "voice"))}  # fmt: skip
        photo = {"photo": [{"file_id": "small", "file_unique_id": "1", "width": 9, "height": 9},
                           {"file_id": "large", "file_unique_id": "2", "width": 90, "height": 90}],
                 "caption": "this <way>"}  # fmt: skip
        file = {"file_id": "f", "file_unique_id": "3", "file_name": "plan.pdf"}
        voice = {"file_id": "v", "file_unique_id": "4", "duration": 3}
        place = {"latitude": 39.0, "longitude": 117.7}
        venue = {"title": "Gate", "address": "7 Road", "location": place}
        for extra in (photo, {"document": file}, {"voice": voice}, {"location": place},
                      {"venue": venue, "location": place}):  # fmt: skip
            it.world.say(ANNA, chat=STAFF, reply_to=card["message_id"], extra=extra)
        it.world.say(ANNA, chat=STAFF, reply_to=card["message_id"], extra={"dice": {"emoji": "🎲", "value": 3}})
        await it.until(lambda world: {"sendPhoto", "sendDocument", "sendVoice", "sendLocation", "sendVenue"}
                       <= {call["method"] for call in world.sent(7)})  # fmt: skip
        assert "this <way>" in it.world.sent(7, "sendPhoto")[0]["text"]
        await shows(it, "Not sent: only words")


async def test_what_does_not_arrive_is_said(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        card = await card_of(it, 7)
        it.world.block(7)
        it.world.say(ANNA, "At the gate.", chat=STAFF, reply_to=card["message_id"])
        note = await shows(it, "⚠️ #1: Not delivered to Delegate 1")
        assert note["reply_to_message"]["text"] == "At the gate."
        await it.until(lambda world: "Not delivered" in world.messages[STAFF][card["message_id"]]["text"])


async def test_strangers_and_impostors_change_nothing(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        card = await card_of(it, 7)
        number = card["message_id"]
        for data in ("d:take:1", "d:dismiss:1", "d:send:1:theme"):
            it.world.press(STRANGER, STAFF, number, data)
            it.world.press(STRANGER, STRANGER, 1, data)
        it.world.say(STRANGER, "I answer", chat=STAFF, reply_to=number)
        it.world.say(ANNA, "I answer", chat=STAFF, reply_to=number, anonymous=True)
        it.world.say(ANNA, "/queue", chat=STAFF, forwarded=True)
        it.world.say(STRANGER, "/queue")
        await it.until(lambda world: not world.unanswered() and not world.updates)
        await asyncio.sleep(0.5)
        assert "🟡" in it.world.messages[STAFF][number]["text"]
        assert not [text for text in it.world.texts(7) if "I answer" in text]
        assert not [text for text in it.world.texts(STRANGER) + it.world.texts(STAFF) if "kites" in text][1:]


async def test_fifty_volunteers_press_at_once(api, tmp_path):  # noqa: F811
    api.world.group(STAFF, [ANNA, BORIS, *range(1000, 1050)])
    async with desk(api, tmp_path) as it:
        card = await card_of(it, 7)
        for person in range(1000, 1050):
            it.world.press(person, STAFF, card["message_id"], data_of(card, "Take"), name=f"V{person}")
        await it.until(lambda world: len(world.callbacks) == 50 and not world.unanswered(), 40)
        texts = [call["text"] for call in it.world.callbacks.values()]
        assert len([text for text in texts if text.startswith("It is yours")]) == 1
        assert len([text for text in texts if "has it since" in text]) == 49


async def test_the_group_becomes_a_supergroup_and_the_desk_goes_on(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        await card_of(it, 7)
        it.world.migrate(STAFF, SUPER)
        card = (await shows(it, "Delegate 1", SUPER), cards(it.world, SUPER)[-1])[1]
        it.world.press(ANNA, SUPER, card["message_id"], data_of(card, "Take"))
        it.world.say(ANNA, "At the gate.", chat=SUPER, reply_to=card["message_id"])
        await shows(it, "At the gate.", 7)
    async with desk(api, tmp_path) as it:
        await card_of(it, 8, "Who sells walnuts today?", SUPER)


async def test_a_bot_put_out_of_the_group_keeps_the_cards(api, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("bot.channels.telegram.sending.GROUP_PAUSE", 1.0)
    async with desk(api, tmp_path) as it:
        it.world.block(STAFF)
        for person in range(20, 30):
            it.world.say(person, f"Who sells kites in tent {person}?")
        await it.until(lambda world: world.reached(20) >= 10)
        it.world.block(STAFF, False)
        await it.until(lambda world: len(cards(world)) >= 10, 40)


async def test_forgetting_empties_what_the_group_shows(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        card = await card_of(it, 7, "Where is the zebracanary?")
        it.world.say(ANNA, "/queue", chat=STAFF)
        await shows(it, "1 question waits")
        it.world.files["photo"] = {"name": "photo", "content": b"x", "kind": "photo"}
        size = {"file_id": "photo", "file_unique_id": "1", "width": 9, "height": 9}
        it.world.say(7, extra={"photo": [size], "caption": "zebracanary on a photo"})
        await it.until(lambda world: any("photo" in message for message in world.messages[STAFF].values()))
        it.world.press(7, 7, 1, "f:yes")
        await it.until(lambda world: not any("zebracanary" in str(message) or "photo" in message
                                             for message in world.messages[STAFF].values()))  # fmt: skip
        assert "Deleted by the delegate" in it.world.messages[STAFF][card["message_id"]]["text"]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"zebracanary" in path.read_bytes()]


async def test_what_is_written_after_the_wish_to_be_forgotten_is_answered(api, tmp_path):  # noqa: F811
    world = api.world
    # All of it waits when the bot begins to read.
    world.press(7, 7, 1, "f:yes")
    world.press(7, 7, 1, "f:yes")
    world.say(7, "What is the theme?")
    world.say(7, "Where is the parking?")
    async with desk(api, tmp_path) as it:
        await shows(it, "digital bridges", 7)
        await shows(it, "There is no parking", 7)
        await it.until(lambda world: not world.unanswered())


async def test_what_cannot_be_read_is_named(api, tmp_path):  # noqa: F811
    sentence = "I can only read text, so I cannot use pictures, voice or video messages, files, places or contacts."
    extras = [
        {"video_note": {"file_id": "n", "file_unique_id": "n", "length": 240, "duration": 3}},
        {"contact": {"phone_number": "1", "first_name": "B"}},
        {"location": {"latitude": 39.0, "longitude": 117.7}},
    ]
    async with desk(api, tmp_path) as it:
        for extra in extras:
            it.world.say(7, extra=extra)
        for text in await it.texts(7, 3):
            assert text.startswith(sentence)
        card = await card_of(it, 7)
        answer = it.world.last(7)["message_id"]
        # About an open question people get a place, and nothing of what they could not see.
        it.world.say(7, extra=extras[1], reply_to=answer)
        it.world.say(7, extra=extras[2], reply_to=answer)
        await it.until(lambda world: "💬 Delegate 1: (a place)" in world.messages[STAFF][card["message_id"]]["text"])
        assert it.world.messages[STAFF][card["message_id"]]["text"].count("💬") == 1
        unread, added = (await it.texts(7, 6))[-2:]
        assert unread.startswith(sentence)
        assert added == "I have added this to your question; the volunteers will see it."


async def test_what_is_kept_no_longer_is_deleted_while_the_bot_runs(api, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("bot.channels.telegram.timed.PRUNE_EVERY", -1)
    monkeypatch.setattr("bot.channels.telegram.timed.EVERY", 0.05)
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'assistant.sqlite3'}", lambda: DURING_THE_EVENT)
    async with database.writing() as tx:
        await delegates.meet(tx, 8)
        await exchanges.record(tx, 8, "Where is the zebracanary?", Language.EN, "answer")
    async with desk(api, tmp_path) as it:
        it.world.say(7, "What is the theme?")
        await shows(it, "digital bridges", 7)

        async def gone():
            while True:
                async with database.reading() as tx:
                    if await delegates.find(tx, 8) is None:
                        return await exchanges.latest(tx, 8), await exchanges.latest(tx, 7)

        old, new = await asyncio.wait_for(gone(), 20)
        assert (old, new.question) == (None, "What is the theme?")
        await database.close()
        files = list(tmp_path.glob("assistant.sqlite3*"))
        await it.until(lambda _: not any(b"zebracanary" in file.read_bytes() for file in files if file.exists()))


async def test_the_group_has_its_own_menu(api, tmp_path):  # noqa: F811
    async with desk(api, tmp_path) as it:
        await it.until(lambda world: any(str(STAFF) in scope for scope in world.commands))
        scope = next(scope for scope in it.world.commands if str(STAFF) in scope)
        shown = [command["command"] for command in it.world.commands[scope]]
        assert shown[:4] == ["queue", "stats", "languages", "help"]
