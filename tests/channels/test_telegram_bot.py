"""The real application over HTTP against the local Bot API server: what a person sees, and in which order."""

import asyncio
import time

from bot.channels.telegram import commands
from tests.botapi.fixtures import api, running  # noqa: F401

STAFF = -4001


async def test_update_in_answer_out(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "Where is <b>Hall & B</b>?", name='A<b> "x"')
        assert await it.texts(7) == ["answer Where is <b>Hall & B</b>?"]
        await it.until(lambda world: len(world.commands) == 4)
        assert it.world.commands["default::zh"] == [{"command": "start", "description": "Start zh"}]
    assert it.world.allowed_updates == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_organizers_have_their_own_menu_once_they_have_written(api, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(commands, "LATER", 0.05)
    async with running(api, tmp_path, organizers="7, 8") as it:
        it.world.say(7, "hello")
        await it.until(lambda world: "chat:7:ru" in world.commands)
        assert [command["command"] for command in it.world.commands["chat:7:ru"]] == ["drafts", "start"]
        assert not any(scope.startswith("chat:8") for scope in it.world.commands)
        it.world.say(8, "hello")
        await it.until(lambda world: "chat:8:zh" in world.commands)


async def test_one_persons_messages_in_order_and_people_in_parallel(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        for number in range(4):
            for person in range(20, 40):
                it.world.say(person, f"question {number}")
        await it.until(lambda world: world.count() >= 80, 40)
        for person in range(20, 40):
            assert it.world.texts(person) == [f"answer question {number}" for number in range(4)]


async def test_the_same_update_is_answered_once(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        update_id = it.world.say(7, "one")
        await it.texts(7)
        repeated = {"update_id": update_id, "message": it.world.messages[7][101]}
        for _ in range(3):
            it.world.repeat(repeated)
        it.world.say(7, "two")
        assert await it.texts(7, 2) == ["answer one", "answer two"]


async def test_every_press_is_answered_and_edits_in_place(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "/buttons")
        await it.texts(7)
        shown = it.world.last(7)
        assert [button["text"] for button in shown["reply_markup"]["inline_keyboard"][0]] == ["edit", "nothing", "site"]
        it.world.press(7, 7, shown["message_id"], "edit")
        it.world.press(7, 7, shown["message_id"], "edit")
        it.world.press(7, 7, shown["message_id"], "nothing")
        it.world.press(7, 7, None, "nothing")
        await it.until(lambda world: not world.unanswered())
        await it.until(lambda world: world.last(7)["text"] == "edited")
        assert it.world.last(7)["message_id"] == shown["message_id"]
        assert [callback["text"] for callback in it.world.callbacks.values()] == ["done", "done", None, None]


async def test_an_old_press_is_let_go(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.press(7, 7, None, "nothing")
        next(iter(it.world.callbacks.values()))["at"] -= 1000
        it.world.say(7, "and then")
        assert await it.texts(7) == ["answer and then"]


async def test_long_answers_arrive_in_parts(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "длинно " * 585)
        assert len(await it.texts(7, 2)) == 2


async def test_markup_that_is_refused_goes_as_plain_text(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.fault(kind="400", method="sendMessage", text="can't parse entities: Unsupported start tag")
        it.world.say(7, "hello")
        assert await it.texts(7) == ["answer hello"]
        assert "parse_mode" not in it.world.sent(7)[0]["given"]


async def test_an_error_gives_one_calm_sentence_and_logs_no_words(api, tmp_path, caplog):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "fail")
        it.world.say(7, "next")
        first, second = await it.texts(7, 2)
        assert first.startswith("went wrong, reference ")
        assert second == "answer next"
    assert first.rpartition(" ")[2] in caplog.text
    assert "secret words" not in caplog.text


async def test_old_messages_after_an_outage(api, tmp_path):  # noqa: F811
    now = int(time.time())
    for person, age in ((1, 5 * 60), (2, 2 * 3600), (3, 8 * 3600)):
        for number in range(3):
            api.world.say(person, f"old {number}", date=now - age + number)
    async with running(api, tmp_path) as it:
        assert await it.texts(1, 3) == [f"answer old {number}" for number in range(3)]
        assert (await it.texts(2, 6))[:2] == ["sorry", "answer old 0"]
        await it.until(lambda world: not world.updates)
        it.world.say(3, "fresh")
        assert await it.texts(3, 2) == ["still needed?", "answer fresh"]


async def test_an_edit_is_answered_once_and_only_soon(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "frist")
        await it.texts(7)
        it.world.edit(7, 101, "first")
        it.world.edit(7, 101, "first!")
        it.world.say(7, "end")
        assert await it.texts(7, 3) == ["answer frist", "answer first", "answer end"]


async def test_the_staff_group_hears_members_only(api, tmp_path):  # noqa: F811
    world = api.world
    world.group(STAFF, [5])
    world.group(-4002, [9])
    async with running(api, tmp_path, staff_chat=STAFF) as it:
        world.say(9, "/card stranger", chat=STAFF)
        world.say(5, "/card anonymous", chat=STAFF, anonymous=True)
        world.say(5, "/card forwarded", chat=STAFF, forwarded=True)
        world.say(5, "/card@some_other_bot x", chat=STAFF)
        world.say(9, "/card elsewhere", chat=-4002)
        world.press(9, STAFF, 1, "claim:1")
        world.say(5, "/card@delegate_test_bot member", chat=STAFF)
        assert await it.texts(STAFF, 2) == ["sent", "card member"]
        await it.until(lambda world: not world.unanswered())
        assert it.world.texts(-4002) == []


async def test_a_plain_message_in_a_topic_replies_to_nothing_and_is_answered_there(api, tmp_path):  # noqa: F811
    world = api.world
    world.group(-(10**12) - 7, [5], kind="supergroup", forum=True)
    topic = world.topic(-(10**12) - 7, "Transport")
    async with running(api, tmp_path, staff_chat=-(10**12) - 7) as it:
        world.say(5, "hello", chat=-(10**12) - 7, thread=topic)
        await it.texts(-(10**12) - 7)
        assert world.last(-(10**12) - 7)["message_thread_id"] == topic


async def test_the_group_becomes_a_supergroup(api, tmp_path):  # noqa: F811
    world, new = api.world, -(10**12) - 1
    world.group(STAFF, [5])
    world.migrate(STAFF, new, announce=False)
    async with running(api, tmp_path, staff_chat=STAFF) as it:
        world.say(7, "/card one")
        assert await it.texts(new) == ["card one"]
    async with running(api, tmp_path, staff_chat=STAFF) as it:
        world.say(7, "/card two")
        assert await it.texts(new, 2) == ["card one", "card two"]
        world.say(5, "volunteer", chat=new)
        assert (await it.texts(new, 3))[-1] == "answer volunteer"


async def test_unknown_kinds_of_updates_hurt_nobody(api, tmp_path):  # noqa: F811
    extras = [
        {"sticker": {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "is_animated": False,
                     "is_video": False, "type": "regular"}},
        {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                  "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}},
        {"contact": {"phone_number": "1", "first_name": "B"}},
        {"location": {"latitude": 1.0, "longitude": 2.0}},
        {"dice": {"emoji": "🎲", "value": 1}},
        {"new_chat_title": "x"},
    ]  # fmt: skip
    async with running(api, tmp_path) as it:
        for extra in extras:
            it.world.say(7, extra=extra)
        it.world.inject({"inline_query": {"id": "1"}})
        it.world.inject({"message": {"broken": True}})
        it.world.inject({"message": {"message_id": 1, "date": 1, "chat": {"id": 8, "type": "private"}}})
        it.world.say(7, "end")
        await it.until(lambda world: "answer end" in world.texts(7))


async def test_the_bot_leaves_groups_that_are_not_ours(api, tmp_path):  # noqa: F811
    world = api.world
    world.group(STAFF, [5])
    world.group(-4003, [9])
    member = {"user": {"id": 123456789, "is_bot": True, "first_name": "B"}}
    async with running(api, tmp_path, staff_chat=STAFF) as it:
        world.inject({"my_chat_member": {
            "chat": world.chats[-4003], "from": {"id": 9, "is_bot": False, "first_name": "X"}, "date": int(time.time()),
            "old_chat_member": {**member, "status": "left"},
            "new_chat_member": {**member, "status": "member"}}})  # fmt: skip
        await it.until(lambda world: any(call["method"] == "leaveChat" for call in world.calls))
        await asyncio.sleep(0)
