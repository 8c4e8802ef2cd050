"""`python -m tests.soak.kills`: questions while the bot is killed (-9) again and again; all answered, in order."""

from __future__ import annotations

import sys
import time

from tests.soak.stage import QUESTIONS, options, stage, verdict


def main() -> int:
    """500 questions of 100 people, 20 kills at random moments."""
    given = options(__doc__, questions=500, people=100, kills=20, seconds=4.0)
    if given.real:
        # What the real assistant says is not numbered: one question a person, and everybody must hear something.
        given.people = given.questions
    with stage(given) as run:

        def ask(number: int) -> None:
            words = QUESTIONS[number % len(QUESTIONS)] if given.real else f"{number} question"
            run.api.say(person=1000 + number % given.people, text=words)

        run.api.delay(seconds=0.05)
        asked = 0
        began = time.monotonic()
        share = given.questions // (given.kills + 1) + 1
        for _ in range(given.kills):
            bot = run.start()
            for _ in range(share):
                if asked < given.questions:
                    ask(asked)
                    asked += 1
            time.sleep(run.chance.uniform(0.5, given.seconds))
            run.kill(bot)
        while asked < given.questions:
            ask(asked)
            asked += 1
        bot = run.start()
        answered = 0
        for _ in range(240):
            answered = run.api.reached(first=1000) if given.real else run.api.distinct_texts()
            if answered >= given.questions:
                break
            time.sleep(0.5)
        status = run.stop(bot)
        stats = run.stats()
    passed = (
        answered >= given.questions
        and (given.real or stats["out_of_order"] == 0)
        and stats["duplicates"] <= 32 * given.kills
        and status == 0
    )
    return verdict("kills", passed, (
        f"{answered} of {given.questions} answered, {given.kills} kills, {stats['duplicates']} sent twice "
        f"({stats['duplicates'] / max(1, given.kills):.1f} a kill), {stats['out_of_order']} out of order, "
        f"{time.monotonic() - began:.0f} s"
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
