"""`python -m tests.soak.publishing`: knowledge published and rolled back, and killed at it, under 5 questions a second.

The real bot answers people who ask in three languages, three questions in five about one entry, while `ingest.py`
works on a copy of knowledge/ in which the text of that entry changes each time.

`--publications N`: N publications, each followed by `--rollback`. Every question gets an answer, and the answer is
letter for letter, with the number of its version, that of the version before or of the one after; once somebody has
got the new one nobody who asks later gets the old one. Printed for each: seconds from the command to the new text in
all three languages.

`--kills K`: SIGKILL of `ingest.py` K times, in publications and rollbacks by turns, half of them near the moment when
the pointer moves. After each the pointer must lead to a generation that is sound and answers
rightly in a process of its own, and the next publication must work. Meanwhile people ask on, judged as above.

It is the real bot with or without `--real`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.stores import generations, verification
from tests.botapi.fixtures import ROOT
from tests.botapi.server import RemoteBotApi
from tests.soak.stage import Stage, options, quantiles, stage, verdict

EVERY = 0.2
PATIENCE = 60.0
"""Seconds after which an answer, or a new text, counts as not coming."""
CHANGED = "practical/wifi"
MARKS = {"zh": "修订{0}。{1}修订{0}。", "ru": "Редакция {0}. {1} Редакция {0}.", "en": "Edition {0}. {1} Edition {0}."}
"""What changes stands at both ends of the text, so that a text of two halves is seen."""
VERSIONS = {"zh": "版本{0}", "ru": "версия {0}", "en": "version {0}"}
"""In the small print of every answer."""


@dataclass(frozen=True)
class Question:
    entry: str
    language: str
    text: str


# All of them stand in the entries' own files: whatever the calibration, they are answered.
ABOUT_CHANGED = (
    Question(CHANGED, "zh", "会场无线网密码是多少？"),
    Question(CHANGED, "ru", "Какой пароль от Wi-Fi?"),
    Question(CHANGED, "en", "What is the Wi-Fi password at the venue?"),
)
OTHERS = (
    Question("practical/badge", "zh", "胸卡丢了去哪里补办？"),
    Question("forum/theme", "ru", "Какая тема у форума?"),
    Question("practical/badge", "en", "I lost my badge, where can I get a new one?"),
    Question("forum/theme", "zh", "论坛的主题是什么？"),
    Question("practical/badge", "ru", "Я потерял бейдж, где его восстановить?"),
    Question("forum/theme", "en", "What is the theme of the forum?"),
)


@dataclass
class Asked:
    question: Question
    person: int
    at: float
    came: float = 0.0
    text: str = ""
    """What the person got; empty when nothing came."""


class People(threading.Thread):
    """Somebody new asks every 0.2 s; what they get is collected."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.api = RemoteBotApi(url)
        self.waiting: list[Asked] = []
        self.answered: list[Asked] = []
        self.count = 0
        self.leaving = threading.Event()

    def run(self) -> None:
        began = time.monotonic()
        while not self.leaving.wait(0.05):
            while time.monotonic() >= began + self.count * EVERY:
                self.ask()
            self.collect()

    def ask(self) -> None:
        turn, place = divmod(self.count, 5)
        question = ABOUT_CHANGED[place] if place < 3 else OTHERS[(turn * 2 + place - 3) % len(OTHERS)]
        asked = Asked(question, 1000 + self.count, time.monotonic())
        self.count += 1
        self.waiting.append(asked)
        self.api.say(person=asked.person, text=question.text, language=question.language)

    def collect(self) -> None:
        shown = self.api.many([("last", {"chat": asked.person}) for asked in self.waiting])
        for asked, message in zip(list(self.waiting), shown, strict=True):
            asked.came = time.monotonic()
            if message["from"]["is_bot"]:
                asked.text = message.get("text", "")
            elif asked.came < asked.at + PATIENCE:
                continue
            self.waiting.remove(asked)
            self.answered.append(asked)

    def until(self, condition: Callable[[], object]) -> bool:
        """Wait while people ask on; whether the condition held within the patience."""
        end = time.monotonic() + PATIENCE
        while not (held := condition()) and time.monotonic() < end:
            if not self.is_alive():
                raise SystemExit(verdict("people", False, "nobody asks any more; the reason stands above"))
            time.sleep(0.05)
        return bool(held)


class Answers:
    """What the first answer to a question becomes in another version: another text of the entry, another number."""

    def __init__(self, knowledge: Path) -> None:
        self.knowledge = knowledge
        self.bodies = {question: self.body(question) for question in (*ABOUT_CHANGED, *OTHERS)}
        self.first: dict[tuple[str, Question], str] = {}
        self.editions: dict[int, int] = {}
        """By number of version; edition 0 is the text as it was found."""

    def file(self, question: Question) -> Path:
        return self.knowledge / f"{question.entry}.{question.language}.md"

    def body(self, question: Question) -> str:
        return self.file(question).read_text("utf-8").rpartition("\n# ")[2].partition("\n")[2].strip()

    def edited(self, question: Question, edition: int) -> str:
        body = self.bodies[question]
        return MARKS[question.language].format(edition, body) if edition and question.entry == CHANGED else body

    def write(self, edition: int) -> None:
        """Change the text in the three files."""
        for question in ABOUT_CHANGED:
            head, _, _ = self.file(question).read_text("utf-8").rpartition(self.body(question))
            self.file(question).write_text(head + self.edited(question, edition) + "\n", "utf-8")

    def learn(self, channel: str, question: Question, text: str, number: int) -> None:
        """The first answer has what is in the files, and the number of the version."""
        version = VERSIONS[question.language].format(number)
        if text.count(self.bodies[question]) != 1 or text.count(version) != 1:
            raise SystemExit(verdict("start", False, f"{question.text!r} is answered ({channel}): {text!r}"))
        self.first[channel, question] = text.replace(version, "{version}")

    def right(self, channel: str, question: Question, number: int) -> str:
        edited = self.edited(question, self.editions.get(number, 0))
        version = VERSIONS[question.language].format(number)
        return self.first[channel, question].replace(self.bodies[question], edited).replace("{version}", version)


class Publishing:
    """One installation with people asking, and everything that went wrong."""

    def __init__(self, run: Stage) -> None:
        self.run, self.folder = run, run.folder
        self.answers = Answers(Path(shutil.copytree(ROOT / "knowledge", run.folder / "knowledge")))
        self.people = People(run.url)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        self.environment |= {"BOT_DATA_DIR": str(run.folder), "BOT_KNOWLEDGE_DIR": str(self.answers.knowledge)}
        self.edition = self.judged = self.reported = 0
        self.served: list[int] = []
        """The versions that were current since answers were judged last."""
        self.took: dict[str, list[float]] = {"publication": [], "rollback": []}
        self.wrong: list[str] = []

    def fail(self, what: str) -> None:
        self.wrong.append(what)
        print(f"      {what}", flush=True)

    def open(self) -> subprocess.Popen[bytes]:
        """The first publication, the bot, and the first answers in both channels."""
        process = self.ingest("publication")
        if process.wait():
            raise SystemExit(verdict("start", False, self.last_line()))
        number = self.number()
        self.answers.editions[number] = 0
        self.served = [number]
        bot = self.run.start(BOT_KNOWLEDGE_DIR=str(self.answers.knowledge))
        questions = (*ABOUT_CHANGED, *OTHERS)
        for person, question in enumerate(questions, start=1):
            self.run.api.say(person=person, text=question.text, language=question.language)
        self.run.wait(lambda _: self.run.api.reached() >= len(questions), PATIENCE * 2)
        for person, question in enumerate(questions, start=1):
            self.answers.learn("telegram", question, self.run.api.last(chat=person).get("text", ""), number)
        for question, text in self.asked_alone().items():
            self.answers.learn("ask", question, text, number)
        self.people.start()
        return bot

    def ingest(self, action: str) -> subprocess.Popen[bytes]:
        """Start the organizers' command; the stage ends it when the benchmark is stopped."""
        rollback = ["--rollback"] if action == "rollback" else []
        with open(self.folder / "ingest.log", "wb") as log:
            process = subprocess.Popen([sys.executable, "ingest.py", "--quiet", *rollback], cwd=ROOT,
                                       env=self.environment, stdout=log, stderr=log)  # fmt: skip
        self.run.bots.append(process)
        return process

    def begin(self, action: str) -> subprocess.Popen[bytes]:
        if action == "publication":
            self.edition += 1
            self.answers.write(self.edition)
        return self.ingest(action)

    def last_line(self) -> str:
        lines = (self.folder / "ingest.log").read_text("utf-8", "replace").strip().splitlines()
        return "; ".join(lines[-2:]) or "ingest.py said nothing"

    def number(self) -> int:
        """The version that the pointer names; 0 when it names none."""
        try:
            return generations.current_number(self.folder) or 0
        except generations.GenerationError:
            return 0

    def note(self, action: str) -> bool:
        """Take down what the pointer names now; whether it has moved."""
        number = self.number()
        if action == "publication":
            self.answers.editions.setdefault(number, self.edition)
        moved = number != self.served[-1]
        if moved:
            self.served.append(number)
        return moved

    def whole(self, action: str) -> tuple[float, float] | None:
        """A publication or rollback to its end: seconds until the new text is told, and since the pointer moved."""
        began, before, moved = time.monotonic(), self.number(), 0.0
        process = self.begin(action)
        while process.poll() is None:
            time.sleep(0.02)
            if not moved and self.number() != before:
                moved = time.monotonic()
        self.took[action].append(time.monotonic() - began)
        if process.returncode or not self.note(action):
            self.fail(f"{action}: ingest.py ended with {process.returncode}: {self.last_line()}")
            return None
        if generations.history(self.folder)[-1].generation != generations.pointer(self.folder):
            self.fail(f"{action}: the log does not end with what the pointer names")
        told = self.told(self.served[-1])
        if told is None:
            self.fail(f"{action}: the bot does not tell version {self.served[-1]} after {PATIENCE:.0f} s")
        self.judge()
        return None if told is None else (told - began, told - (moved or told))

    def told(self, number: int) -> float | None:
        """When the changed entry was told as this version has it in each of the three languages."""
        came: dict[Question, float] = {}

        def in_three_languages() -> bool:
            for asked in self.people.answered[self.judged :]:
                right = self.answers.right("telegram", asked.question, number)
                if asked.question in ABOUT_CHANGED and asked.text == right:
                    came.setdefault(asked.question, asked.came)
            return len(came) == len(ABOUT_CHANGED)

        return max(came.values()) if self.people.until(in_three_languages) else None

    def judge(self) -> None:
        """Every answer since the last time: whole, of a version that was current, and none older than one told before.

        Questions under way are waited for, so that all that come later are of the last version.
        """
        now = time.monotonic()
        self.people.until(lambda: all(asked.at > now for asked in [*self.people.waiting]))
        answered = self.people.answered[self.judged :]
        self.judged += len(answered)
        seen: list[tuple[float, int]] = []
        for asked in answered:
            rights = [self.answers.right("telegram", asked.question, number) for number in self.served]
            if asked.text not in rights:
                self.fail(f"{asked.question.text!r} is answered, at {self.served}: {asked.text!r}")
                continue
            place = rights.index(asked.text)
            if any(came < asked.at and newer > place for came, newer in seen):
                self.fail(f"{asked.question.text!r} is answered from {self.served[place]} after a newer one was told")
            seen.append((asked.came, place))
        self.served = self.served[-1:]

    def killed(self, action: str, near_the_pointer: bool) -> tuple[bool, bool, bool] | None:
        """SIGKILL at a random moment: has the pointer moved, is what it names good, does the next one work.

        None when ingest.py had ended before. Near the pointer: within 0.4 s of the file that is written before it.
        """
        files, began = self.published(), time.monotonic()
        seconds = self.run.chance.uniform(0.2, statistics.median(self.took[action] or [5.0]))
        process = self.begin(action)
        while process.poll() is None and (near_the_pointer or time.monotonic() < began + seconds):
            if near_the_pointer and self.published() - files:
                time.sleep(self.run.chance.uniform(0, 0.4))
                break
            time.sleep(0.005)
        process.kill()
        in_time = process.wait() == -signal.SIGKILL
        moved, good = self.note(action), self.good()
        following = self.whole("publication") is not None
        return (moved, good, following) if in_time else None

    def published(self) -> set[tuple[Path, int]]:
        found = (self.folder / "generations").glob("*/publication.json")
        return {(path, path.stat().st_mtime_ns) for path in found}

    def good(self) -> bool:
        """What the pointer leads to is sound, and a fresh process answers from it as it should."""
        try:
            folder = generations.current(self.folder)
        except generations.GenerationError as error:
            self.fail(str(error))
            return False
        if problem := verification.verify(folder):
            self.fail(f"{folder.name} is bad: {problem}")
            return False
        told = self.asked_alone()
        for question in (*ABOUT_CHANGED, *OTHERS):
            if told.get(question) != self.answers.right("ask", question, self.number()):
                self.fail(f"{folder.name} answers {question.text!r}: {told.get(question)!r}")
                return False
        return True

    def verdict(self, name: str, details: str) -> int:
        """What was found since the last verdict, and how people were answered meanwhile."""
        answered, wrong = self.people.answered[self.reported : self.judged], len(self.wrong)
        self.reported = self.judged
        self.wrong.clear()
        seconds = max(asked.at for asked in answered) - min(asked.at for asked in answered) if answered else 1.0
        empty = sum(not asked.text for asked in answered)
        return verdict(name, not wrong, (
            f"{details}; {len(answered)} questions ({len(answered) / seconds:.1f} a second), {empty} without an "
            f"answer, {wrong} failures in all; answers: {quantiles([asked.came - asked.at for asked in answered])}"
        ))  # fmt: skip

    def asked_alone(self) -> dict[Question, str]:
        """The answers of `python -m bot ask`, as far as there are any."""
        questions = (*ABOUT_CHANGED, *OTHERS)
        lines = "\n".join(json.dumps({"question": question.text}) for question in questions)
        outcome = subprocess.run([sys.executable, "-m", "bot", "ask", "--jsonl", "-"], cwd=ROOT, env=self.environment,
                                 input=lines, capture_output=True, text=True, check=False)  # fmt: skip
        if outcome.returncode:
            self.fail(f"`ask` ended with {outcome.returncode}: {outcome.stderr.strip()[-300:]}")
        texts = [json.loads(line).get("text", "") for line in outcome.stdout.splitlines()]
        return dict(zip(questions, texts, strict=False))


def spread(values: list[float]) -> str:
    if not values:
        return "never"
    return f"min {min(values):.1f} s, median {statistics.median(values):.1f} s, max {max(values):.1f} s"


def publish(given: argparse.Namespace, site: Publishing) -> int:
    """Publications and rollbacks by turns."""
    found: dict[str, list[tuple[float, float]]] = {"publication": [], "rollback": []}
    for number in range(1, given.publications + 1):
        for action, times in found.items():
            if seconds := site.whole(action):
                times.append(seconds)
                print(f"      {action} {number}: ingest.py {site.took[action][-1]:.1f} s, the new text is told after "
                      f"{seconds[0]:.1f} s, {seconds[1]:.1f} s after the pointer moved", flush=True)  # fmt: skip
    lines = [
        f"{len(times)} of {given.publications} {action}s, new text told after {spread([each[0] for each in times])} "
        f"(since the pointer moved: {spread([each[1] for each in times])})"
        for action, times in found.items()
    ]
    return site.verdict("publications", "; ".join(lines))


def kill(given: argparse.Namespace, site: Publishing) -> int:
    """Kills in publications and rollbacks by turns; one that came too late is done again."""
    outcomes: list[tuple[bool, bool, bool]] = []
    tries = 0
    while len(outcomes) < given.kills and tries < 2 * given.kills + 4:
        number = len(outcomes)
        tries += 1
        outcome = site.killed(("publication", "rollback")[number % 2], (number + 1) // 2 % 2 == 1)
        if outcome:
            outcomes.append(outcome)
    moved, good, following = (sum(each) for each in zip(*outcomes, strict=True)) if outcomes else (0, 0, 0)
    if len(outcomes) < given.kills:
        site.fail(f"only {len(outcomes)} of {given.kills} kills came in time")
    return site.verdict("kills", (
        f"{len(outcomes)} kills, the pointer had moved in {moved}: {len(outcomes) - good} bad generations, "
        f"the next publication worked after {following}"
    ))  # fmt: skip


def main() -> int:
    """10 publications with 10 rollbacks, then 24 kills."""
    given = options(__doc__, publications=10, kills=24)
    given.real = False  # The stage would publish knowledge/ itself, which others may edit meanwhile.
    with stage(given) as run:
        run.real = True
        site = Publishing(run)
        bot = site.open()
        status = publish(given, site) if given.publications else 0
        status |= kill(given, site) if given.kills else 0
        site.people.leaving.set()
        site.people.join()
        return status | run.stop(bot)


if __name__ == "__main__":
    sys.exit(main())
