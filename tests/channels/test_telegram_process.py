"""The bot as a process: kill -9, SIGTERM, a second one, a wrong or missing token, its health and its logs."""

import asyncio
import os
import random
import signal
import time

import pytest

from bot.channels.telegram import health
from tests.botapi.fixtures import api, start_process  # noqa: F401


def stop(process, how=signal.SIGKILL):
    process.send_signal(how)
    return process.wait(20)


def test_killed_again_and_again_nobody_is_lost(api, tmp_path):  # noqa: F811
    world, chance = api.world, random.Random(3)
    world.delay(0.05)
    for number in range(120):
        world.say(1000 + number % 40, f"{number} question")
    for kill in range(3):
        process = start_process(api.url, tmp_path)
        goal = 25 * (kill + 1) + chance.randrange(10)
        world.wait(lambda world, goal=goal: len({call["text"] for call in world.sent()}) >= goal, 30)
        stop(process)
    polls = world.polls
    process = start_process(api.url, tmp_path)
    world.wait(lambda world: world.polls > polls and len({call["text"] for call in world.sent()}) == 120, 60)
    assert stop(process, signal.SIGTERM) == 0
    stats = world.stats()
    assert stats["out_of_order"] == 0
    assert stats["duplicates"] <= 32 * 3


def test_sigterm_under_load_loses_and_doubles_nothing(api, tmp_path):  # noqa: F811
    world = api.world
    world.delay(0.05)
    for number in range(100):
        world.say(1000 + number, f"{number} question")
    process = start_process(api.url, tmp_path)
    world.wait(lambda world: world.count() >= 10, 30)
    assert stop(process, signal.SIGTERM) == 0
    # The first one may have sent everything before it stopped: the second must be at work before it is told to stop.
    polls = world.polls
    process = start_process(api.url, tmp_path)
    world.wait(lambda world: world.polls > polls and len({call["chat"] for call in world.sent()}) == 100, 30)
    assert stop(process, signal.SIGTERM) == 0
    assert world.stats()["duplicates"] == 0


def test_a_second_bot_on_the_same_directory_is_refused(api, tmp_path):  # noqa: F811
    first = start_process(api.url, tmp_path)
    api.world.wait(lambda world: world.polls)
    second = start_process(api.url, tmp_path)
    assert second.wait(20) == 2
    log = (tmp_path / "bot.log").read_text()
    assert f"Another bot (process {first.pid}) already works in {tmp_path}" in log
    assert "Traceback" not in log
    assert stop(first, signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("token", "words"),
    [("", "BOT_TOKEN is not set"), ("nonsense", "does not look like a token"), ("1:AAwrong", "refuses BOT_TOKEN")],
)
def test_problems_with_the_token_are_one_line(api, tmp_path, token, words):  # noqa: F811
    process = start_process(api.url, tmp_path, BOT_TOKEN=token)
    assert process.wait(20) == 2
    log = (tmp_path / "bot.log").read_text().strip()
    assert words in log
    assert len(log.splitlines()) == 1


def test_it_waits_for_telegram_at_start_and_can_be_stopped_meanwhile(tmp_path):
    process = start_process("http://127.0.0.1:9", tmp_path)
    for _ in range(100):
        if "cannot be reached" in (tmp_path / "bot.log").read_text():
            break
        time.sleep(0.1)
    assert stop(process, signal.SIGTERM) == 0


def test_health_and_logs_of_a_bot_at_work(api, tmp_path):  # noqa: F811
    process = start_process(api.url, tmp_path)
    api.world.say(7, "canary-text", name="Canary-Name")
    api.world.fault(kind="500", method="sendMessage")
    api.world.fault(kind="500", method="getUpdates")
    api.world.wait(lambda world: world.texts(7))
    for _ in range(100):
        well, words = health.check(tmp_path)
        if well:
            break
        time.sleep(0.1)
    assert well, words
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(20) == 0
    log = (tmp_path / "bot.log").read_text()
    for secret in ("canary", "Canary", "123456789:AA"):
        assert secret not in log


def test_health_notices_what_is_wrong(tmp_path):
    assert health.check(tmp_path)[0] is False
    state = health.Health(tmp_path)
    state.write(None, None)
    assert health.check(tmp_path) == (False, "no successful poll yet")
    state.polled()
    state.write(None, None)
    assert health.check(tmp_path)[0]
    state.trouble(health.Trouble.CONFLICT, "conflict")
    state.write(None, None)
    assert health.check(tmp_path)[1] == "trouble with the conflict"
    assert state.hopeless() is None
    state.troubles[health.Trouble.CONFLICT] -= 1000
    assert state.hopeless() is health.Trouble.CONFLICT


async def test_a_token_refused_for_long_ends_the_process(api, tmp_path, monkeypatch):  # noqa: F811
    from bot.channels.telegram.application import Bot
    from tests.botapi.bot_process import open_house
    from tests.botapi.fixtures import settings_for

    monkeypatch.setitem(health.GIVE_UP, health.Trouble.TOKEN, 1.0)
    bot = Bot(settings_for(api, tmp_path), open_house)
    task = asyncio.create_task(bot.serve())
    await asyncio.to_thread(api.world.wait, lambda world: world.polls)
    api.world.fault(kind="401", method="getUpdates", times=None)
    api.world.wake()
    api.world.say(7, "x")
    assert await asyncio.wait_for(task, 30) == 1
