"""`python -m tests.soak.broadcast`: an outbox of 1,500 rows sent across kills, or by two senders on PostgreSQL.

`--two` starts two bots in webhook mode on one PostgreSQL database (`--database`) and kills one of them for good.
"""

from __future__ import annotations

import asyncio
import sys
import time

from bot.stores.database import Database, outbox
from tests.soak.stage import options, quantiles, stage, verdict


async def fill(url: str, rows: int) -> None:
    """As a confirmed announcement does: one row for each recipient, in one transaction."""
    database = await Database.open(url)
    async with database.writing() as tx:
        for number in range(rows):
            body = {"do": "text", "title": "", "text": f"{number} broadcast", "small_print": ""}
            await outbox.put(tx, f"broadcast:{time.time_ns()}:{number}", 10_000 + number, "broadcast", body)
    await database.close()


def main() -> int:
    """1,500 rows, 4 kills; meanwhile a person asks every second and must not wait."""
    given = options(__doc__, rows=1500, kills=4, two=0)
    with stage(given) as run:
        url = given.database or f"sqlite+aiosqlite:///{run.folder / 'assistant.sqlite3'}"
        asyncio.run(fill(url, given.rows))
        run.api.know(first=10_000, count=given.rows)
        run.api.delay(seconds=0.05)
        began = time.monotonic()
        settings = {}
        if given.two:
            settings = {"BOT_WEBHOOK_URL": "http://127.0.0.1:9/hook", "BOT_WEBHOOK_SECRET": "x" * 32}
        bots = [
            run.start(**settings, **({"BOT_WEBHOOK_LISTEN": f"127.0.0.1:{18080 + place}"} if given.two else {}))
            for place in range(2 if given.two else 1)
        ]
        kills, person, status = 0, 0, 0
        while time.monotonic() - began < 300:
            stats = run.stats()
            reached = run.api.reached(first=10_000)
            if reached >= given.rows:
                break
            if kills < given.kills and reached > (kills + 1) * given.rows // (given.kills + 2):
                run.kill(bots.pop(0))
                kills += 1
                if not given.two:
                    bots.append(run.start(**settings))
                elif not bots:
                    break
                if given.two:
                    given.kills = kills
            if not given.two and kills == given.kills and person < 20:
                run.api.say(person=1 + person, text=f"{person} question")
                person += 1
            time.sleep(1)
        seconds = time.monotonic() - began
        waits = run.api.waits()
        for bot in bots:
            status |= run.stop(bot)
        stats, reached = run.stats(), run.api.reached(first=10_000)
    passed = reached == given.rows and stats["duplicates"] <= 32 * kills and stats["refused"] == 0 and status == 0
    asked = f"; people meanwhile: {quantiles(waits)}" if waits else ""
    return verdict("broadcast", passed, (
        f"{reached} of {given.rows} delivered in {seconds:.0f} s, {kills} kills, {stats['duplicates']} sent twice, "
        f"peak {stats['peak_second']}/s{asked}"
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
