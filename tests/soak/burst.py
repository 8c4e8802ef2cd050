"""`python -m tests.soak.burst`: many delegates at once, and a sustained stream of questions.

First 200 people write at the same moment; then, with `--rate`, so many questions a second for `--seconds`.
"""

from __future__ import annotations

import itertools
import random
import sys
import time

import psutil

from bot.stores import golden_files
from tests.soak.stage import options, quantiles, stage, verdict


def family(number: int) -> list[psutil.Process]:
    """A process and those that it has started."""
    parent = psutil.Process(number)
    return [parent, *parent.children(recursive=True)]


def processor_seconds(number: int) -> float:
    """What the bot has used: it tells more than the clock on a machine that others use as well."""
    times = [process.cpu_times() for process in family(number)]
    return sum(one.user + one.system for one in times)


def main() -> int:
    """200 at once: p95 under 3 s; 30 a second for a minute: none lost, backlog empty within 60 s."""
    given = options(__doc__, people=200, rate=30, seconds=60)
    # Everybody asks something else, so that nothing is remembered from the question before.
    golden = [question.text for question in golden_files.read() if question.in_scope and not question.previous]
    random.Random(given.seed).shuffle(golden)
    questions = itertools.cycle(golden)
    status = 0
    with stage(given) as run:
        bot = run.start()
        run.api.say(person=1, text="hello")
        run.wait(lambda stats: stats["sends"] >= 1, 60, 0.1)
        used = processor_seconds(bot.pid)
        run.ask([1000 + place for place in range(given.people)], lambda place: next(questions))
        run.wait(lambda stats: run.api.reached(first=1000) >= given.people, 60, 0.2)
        waits = [wait for wait in run.api.waits()[1:] if wait is not None]
        ordered = sorted(waits)
        p95 = ordered[int(len(ordered) * 0.95) - 1] if ordered else 99.0
        passed = len(waits) == given.people and p95 < 3
        status |= verdict("at once", passed, (
            f"{len(waits)} of {given.people} answered, {quantiles(waits)}, "
            f"{(processor_seconds(bot.pid) - used) / given.people * 1000:.0f} ms of processor time each"
        ))  # fmt: skip
        if given.rate:
            total = given.rate * given.seconds
            began = time.monotonic()
            for second in range(given.seconds):
                people = [5000 + second * given.rate + place for place in range(given.rate)]
                run.ask(people, lambda place: next(questions))
                time.sleep(max(0.0, began + second + 1 - time.monotonic()))
            ended = time.monotonic()
            run.wait(lambda stats: run.api.reached(first=5000) >= total, 120, 0.5)
            backlog = time.monotonic() - ended
            reached = run.api.reached(first=5000)
            waits = [wait for wait in run.api.waits()[1 + given.people :] if wait is not None]
            memory = sum(process.memory_info().rss for process in family(bot.pid)) / 1e6
            status |= verdict("sustained", reached == total and backlog <= 60, (
                f"{given.rate}/s for {given.seconds} s: {reached} of {total} answered, backlog empty after "
                f"{backlog:.1f} s, {quantiles(waits)}, {memory:.0f} MB resident in all its processes"
            ))  # fmt: skip
        status |= run.stop(bot)
    return status


if __name__ == "__main__":
    sys.exit(main())
