"""`python -m tests.soak.faults`: a fifth of all calls goes wrong in six ways; all delivered, nothing inside a halt."""

from __future__ import annotations

import sys
import time

from tests.soak.stage import options, stage, verdict


def main() -> int:
    """20 % mixed faults: 429, 500, 502 with a proxy's page, reset, response lost after execution, hang."""
    given = options(__doc__, questions=600, people=300, share=0.2)
    with stage(given) as run:
        bot = run.start()
        each = given.share / 6
        for kind in ("500", "502", "reset", "lost", "hang"):
            run.api.fault(kind=kind, probability=each, times=None, seconds=2.0)
        run.api.fault(kind="429", probability=each / 4, times=None, seconds=2.0)
        began = time.monotonic()
        for number in range(given.questions):
            run.api.say(person=1000 + number % given.people, text=f"{number} question")
        answered = 0
        while time.monotonic() - began < 400 and answered < given.questions:
            time.sleep(1)
            answered = run.api.distinct_texts()
        seconds = time.monotonic() - began
        run.api.calm()
        status = run.stop(bot)
        stats = run.stats()
    lost = stats["injected"].get("lost", 0)
    passed = (
        answered == given.questions
        and stats["inside_halt"] == 0
        and stats["duplicates"] <= lost
        and stats["out_of_order"] == 0
        and status == 0
    )
    return verdict("faults", passed, (
        f"{answered} of {given.questions} delivered in {seconds:.0f} s; injected {stats['injected']}; "
        f"{stats['inside_halt']} calls inside a halt, {stats['duplicates']} sent twice ({lost} responses lost), "
        f"{stats['out_of_order']} out of order"
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
