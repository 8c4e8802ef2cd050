"""The stage of every benchmark: the Bot API server and the bot as processes, on a data directory of their own."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.botapi.fixtures import ROOT, start_process
from tests.botapi.server import RemoteBotApi
from tests.botapi.world import TOKEN

QUESTIONS = (
    "When does the opening ceremony start?", "班车几点发车？", "Где забрать бейдж?", "Is there a vegetarian lunch?",
    "无线网络密码是什么？", "Как доехать от вокзала до выставочного центра?", "What is on tomorrow afternoon?",
    "论坛的主题是什么？", "Кто участвует в форуме?", "Where is Hall B?",
)  # fmt: skip


def options(description: str | None, **defaults: Any) -> argparse.Namespace:
    """The common options of the benchmarks, and their own numbers."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--real", action="store_true", help="`python -m bot run` with the knowledge, not the stand-in")
    parser.add_argument("--data", default="", help="a data directory with published knowledge, instead of ingest.py")
    parser.add_argument("--database", default="", help="BOT_DATABASE_URL; default SQLite in the data directory")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args()


class Stage:
    """One run."""

    def __init__(self, folder: Path, url: str, real: bool, database: str, seed: int = 1) -> None:
        self.folder, self.url, self.real, self.database = folder, url, real, database
        self.api = RemoteBotApi(url)
        self.chance = random.Random(seed)
        self.bots: list[subprocess.Popen[bytes]] = []

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        """A bot on the data directory."""
        if self.database:
            more["BOT_DATABASE_URL"] = self.database
        module = ["bot", "run"] if self.real else ["tests.botapi.bot_process"]
        bot = start_process(self.url, self.folder, module[0], module[1:], **more)
        self.bots.append(bot)
        return bot

    def kill(self, bot: subprocess.Popen[bytes]) -> None:
        """kill -9."""
        bot.kill()
        bot.wait()

    def stop(self, bot: subprocess.Popen[bytes]) -> int:
        """SIGTERM; the exit status."""
        bot.terminate()
        return bot.wait(30)

    def stats(self) -> dict[str, Any]:
        """The server's figures."""
        return httpx.get(f"{self.url}/control/stats", trust_env=False, timeout=30).json()

    def wait(self, condition: Callable[[dict[str, Any]], bool], seconds: float, every: float = 0.5) -> dict[str, Any]:
        """Until the figures satisfy the condition, at most so long; the last figures."""
        end = time.monotonic() + seconds
        while True:
            stats = self.stats()
            if condition(stats) or time.monotonic() > end:
                return stats
            time.sleep(every)

    def ask(self, people: list[int], text: Callable[[int], str], first: int = 0) -> None:
        """One message of each of these people, at once."""
        self.api.many([("say", {"person": person, "text": text(first + place)}) for place, person in enumerate(people)])

    def waits(self) -> list[float]:
        """Seconds from each person's only message to the first answer."""
        return self.api.waits()


@contextmanager
def stage(arguments: argparse.Namespace) -> Iterator[Stage]:
    """Server and empty data directory; everything is ended and removed afterwards."""
    # A benchmark that is told to stop takes its processes along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.botapi", "--port", str(port), "--token", TOKEN], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    server.stdout.readline()
    if arguments.data:
        for name in ("CURRENT", "generations"):
            source = Path(arguments.data) / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    elif arguments.real:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        environment["BOT_DATA_DIR"] = str(folder)
        subprocess.run([sys.executable, "ingest.py"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    run = Stage(folder, f"http://127.0.0.1:{port}", arguments.real, arguments.database, arguments.seed)
    try:
        yield run
    finally:
        for bot in run.bots:
            if bot.poll() is None:
                bot.kill()
                bot.wait()
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def quantiles(values: list[float]) -> str:
    """Median, 95th percentile and worst, in seconds."""
    if not values:
        return "no answers"
    ordered = sorted(values)
    p95 = ordered[max(0, int(len(ordered) * 0.95 + 0.5) - 1)]
    return f"median {statistics.median(ordered):.2f} s, p95 {p95:.2f} s, worst {ordered[-1]:.2f} s"


def verdict(name: str, passed: bool, details: str) -> int:
    """One line; the exit status."""
    print(f"{'PASS' if passed else 'FAIL'}  {name}: {details}", flush=True)
    return 0 if passed else 1
