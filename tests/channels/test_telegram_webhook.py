"""Webhook mode: the secret, the size, the commit before the 200, the repeat after a 503."""

import httpx
import pytest

from bot.channels.telegram.health import Health
from bot.channels.telegram.webhook import HEADER, Endpoint
from bot.stores.database import Database, DatabaseUnavailable, inbox
from tests.botapi.fixtures import SECRET, api, free_port, running  # noqa: F401


async def test_updates_arrive_and_are_answered_once(api, tmp_path):  # noqa: F811
    port = free_port()
    address = f"http://127.0.0.1:{port}/hook"
    async with running(
        api, tmp_path, webhook_url=address, webhook_secret=SECRET, webhook_listen=f"127.0.0.1:{port}"
    ) as it:
        await it.until(lambda world: world.webhook["url"])
        update_id = it.world.say(7, "hello")
        assert await it.texts(7) == ["answer hello"]
        it.world.repeat({"update_id": update_id, "message": it.world.messages[7][101]})
        it.world.say(7, "again")
        assert await it.texts(7, 2) == ["answer hello", "answer again"]
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(address, json={"update_id": 1})).status_code == 403
            assert (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200
    assert it.world.webhook["url"] == address


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")
    yield opened
    await opened.close()


async def post(endpoint, **request):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(endpoint.asgi), base_url="http://hook") as client:
        return (await client.post("/any", **request)).status_code


async def test_what_is_refused(database):
    endpoint = Endpoint(database, Health(None, webhook=True), SECRET)
    good = {HEADER: SECRET}
    assert await post(endpoint, json={"update_id": 1}) == 403
    assert await post(endpoint, json={"update_id": 1}, headers={HEADER: "wrong"}) == 403
    assert await post(endpoint, content=b"x" * 1_100_000, headers=good) == 413
    assert await post(endpoint, content=b"{", headers=good) == 400
    assert await post(endpoint, content=b"[" * 100_000, headers=good) == 400
    assert await post(endpoint, json=[1], headers=good) == 400
    assert await post(endpoint, json={"update_id": "1"}, headers=good) == 400
    async with database.reading() as tx:
        assert await inbox.waiting(tx) == 0
    assert await post(endpoint, json={"update_id": 1, "message": {"chat": {"id": 7}}}, headers=good) == 200
    async with database.reading() as tx:
        assert await inbox.waiting(tx, 7) == 1


async def test_a_database_that_is_away_makes_telegram_repeat(database, monkeypatch):
    endpoint = Endpoint(database, Health(None, webhook=True), SECRET)

    async def away(*_):
        raise DatabaseUnavailable("away")

    monkeypatch.setattr("bot.channels.telegram.webhook.keep", away)
    assert await post(endpoint, json={"update_id": 1}, headers={HEADER: SECRET}) == 503
    monkeypatch.undo()
    assert await post(endpoint, json={"update_id": 1}, headers={HEADER: SECRET}) == 200


def test_the_secret_is_needed_for_the_settings(tmp_path):
    from bot.channels.telegram.application import CannotStart, check_settings
    from bot.settings import Settings

    with pytest.raises(CannotStart, match="BOT_WEBHOOK_SECRET"):
        check_settings(Settings(_env_file=None, token="1:abc", webhook_url="https://x/", data_dir=tmp_path))


