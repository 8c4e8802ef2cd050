"""`python -m tests.soak.desk`: 300 handovers in a minute into one staff group, with volunteers at work meanwhile.

The Bot API answers 429 above 20 messages a minute in the group: there must be none, no question may be lost, and what
delegates are told must not wait for the group.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from pathlib import Path

from bot.settings import Settings
from bot.stores.database import Database, escalations
from tests.botapi.fixtures import start_process
from tests.soak.stage import Stage, options, quantiles, stage, verdict

STAFF = -4001
VOLUNTEERS = list(range(9001, 9051))
WORDS = """kites tulips hammers violins candles marbles saddles pumpkins anchors lanterns whistles pillows ladders
mirrors buckets ribbons trumpets walnuts feathers blankets needles magnets thimbles cushions""".split()


def main() -> int:
    """The minute, then what became of it."""
    given = options(__doc__, people=300, seconds=60)
    with stage(given) as run:
        run.api.group(chat=STAFF, members=VOLUNTEERS)
        run.api.limit(on=True)
        bot = start(run)
        run.api.say(person=1, text="hello")
        run.wait(lambda stats: stats["sends"] >= 1, 60, 0.1)
        volunteers = Volunteers(run)
        began = time.monotonic()
        for person in range(given.people):
            run.api.say(person=1000 + person, text=f"Who sells {WORDS[person % len(WORDS)]} in tent {person}?")
            if person % 10 == 9:
                volunteers.work()
            time.sleep(max(0.0, began + (person + 1) * given.seconds / given.people - time.monotonic()))
        run.wait(lambda stats: run.api.reached(first=1000) >= given.people, 30, 0.2)
        time.sleep(5)
        waits = [wait for wait in run.api.waits()[1:] if wait is not None and wait >= 0]
        status = judge(run, given.people, waits, volunteers)
        status |= race(run, volunteers)
        return status | run.stop(bot)


def start(run: Stage):
    """The bot with a staff group: the scripted one, or with --real the whole house."""
    more = {"BOT_STAFF_CHAT": str(STAFF), "BOT_KNOWLEDGE_DIR": str(run.folder / "knowledge")}
    if run.database:
        more["BOT_DATABASE_URL"] = run.database
    module, arguments = ("bot", ["run"]) if run.real else ("tests.botapi.desk_process", [])
    if run.real:
        del more["BOT_KNOWLEDGE_DIR"]
    bot = start_process(run.url, run.folder, module, arguments, **more)
    run.bots.append(bot)
    return bot


class Volunteers:
    """Take whatever button for taking stands in the group, and answer on the card."""

    def __init__(self, run: Stage) -> None:
        self.run = run
        self.owners: dict[str, int] = {}
        self.answered: dict[str, float] = {}
        self.chance = random.Random(1)

    def work(self) -> None:
        """One question taken, one answered."""
        shown = {call["message_id"]: call["result"] for call in self.run.api.sent(chat=STAFF)}
        for message in shown.values():
            found = re.match(r"🟢 #(\d+) ", message["text"])
            if found and found[1] in self.owners and found[1] not in self.answered:
                self.answered[found[1]] = time.time()
                self.run.api.say(person=self.owners[found[1]], text=f"Answer number {found[1]}.", chat=STAFF,
                                 reply_to=message["message_id"])  # fmt: skip
                break
        for message in shown.values():
            for data in buttons_of(message):
                number = data.removeprefix("d:take:")
                if data.startswith("d:take:") and number not in self.owners:
                    self.owners[number] = self.chance.choice(VOLUNTEERS)
                    self.run.api.press(
                        person=self.owners[number], chat=STAFF, message_id=message["message_id"], data=data
                    )
                    return

    def waits(self) -> list[float]:
        """Seconds from each answer in the group to its arrival at the delegate; 99 for one that did not arrive."""
        arrived = {call["text"]: call["at"] for call in self.run.api.sent() if "Answer number" in call["text"]}
        return [
            next((when for text, when in arrived.items() if f"Answer number {number}." in text), at + 99) - at
            for number, at in self.answered.items()
        ]


def buttons_of(message: dict) -> list[str]:
    """The data of every button."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


def judge(run: Stage, people: int, waits: list[float], volunteers: Volunteers) -> int:
    """No 429, none lost, delegates told at once."""
    stats, sent = run.stats(), run.api.sent(chat=STAFF)
    moments = sorted(call["at"] for call in sent)
    busiest = max(sum(1 for other in moments if moment <= other < moment + 60) for moment in moments)
    kept, states = asyncio.run(kept_in(run))
    ordered = sorted(waits)
    p95 = ordered[int(len(ordered) * 0.95) - 1] if ordered else 99.0
    answers = volunteers.waits()
    first = [call for call in sent if call["text"].startswith("🟡 #")]
    digests = {call["message_id"] for call in sent if "wait" in call["text"].split("\n")[0]}
    refused = run.api.refused(chat=STAFF)
    passed = refused == 0 and kept == people and len(waits) == people and p95 < 2
    passed = passed and bool(answers) and max(answers) < 5
    return verdict("handovers", passed, (
        f"{kept} of {people} kept {states}, {len(waits)} delegates told: {quantiles(waits)}; "
        f"{len(answers)} answers of volunteers: {quantiles(answers)}; "
        f"group: {refused} x 429 (elsewhere {stats['refused'] - refused}), {len(sent)} messages and edits, "
        f"at most {busiest} in 60 s (messages alone {stats['peak_group_minute']}), "
        f"{len({call['message_id'] for call in first})} cards first shown, {len(digests)} digest"
    ))  # fmt: skip


async def kept_in(run: Stage) -> tuple[int, dict[str, int]]:
    """How many escalations there are, and in which states."""
    url = {"database_url": run.database} if run.database else {}
    settings = Settings(_env_file=None, data_dir=Path(run.folder), **url)
    database = await Database.open(settings.database)
    states: dict[str, int] = {}
    try:
        async with database.reading() as tx:
            for number in range(1, 2_000):
                if (item := await escalations.get(tx, number)) is not None:
                    states[item.state.value] = states.get(item.state.value, 0) + item.askers
    finally:
        await database.close()
    return sum(states.values()), states


def race(run: Stage, volunteers: Volunteers) -> int:
    """Fifty volunteers press the same button at once."""
    shown = {call["message_id"]: call["result"] for call in run.api.sent(chat=STAFF)}
    message, data = next(
        (message, data)
        for message in shown.values()
        for data in buttons_of(message)
        if data.startswith("d:take:") and data.removeprefix("d:take:") not in volunteers.owners
    )
    known = len(run.api.toasts())
    run.api.many([
        ("press", {"person": person, "chat": STAFF, "message_id": message["message_id"], "data": data})
        for person in VOLUNTEERS
    ])  # fmt: skip
    run.wait(lambda stats: not stats["unanswered_callbacks"], 30, 0.2)
    toasts = run.api.toasts()[known:]
    winners = sum(toast.startswith("It is yours") for toast in toasts)
    return verdict("claims", winners == 1 and len(toasts) == 50, f"{len(toasts)} presses at once, {winners} owner")


if __name__ == "__main__":
    sys.exit(main())
