"""The shipped figures on a fixed sample of golden questions, as a baseline that later changes may not fall below.

Run: python -m tests.services.write_baseline [--check]
Write it anew only together with a change that is meant to move the figures, and say so in the commit.
"""

from __future__ import annotations

import json
import math
import shutil
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.golden import FIRST_MORNING, GoldenQuestion
from bot.domain.language import Language
from bot.encoder import elsewhere
from bot.services import evaluation
from bot.services.evaluation import Figure
from bot.services.training import CALIBRATION_FILE
from bot.settings import ROOT
from bot.stores import golden_files, index, knowledge_files
from bot.stores.models import SentenceEncoder

FILE = ROOT / "tests" / "golden" / "baseline.json"
A_LANGUAGE = 200
"""Questions of the sample in each language, with the kinds in the proportions of all questions never fitted on."""
FEWEST = 12
"""Questions of each kind at least."""
LOWER_IS_BETTER = frozenset(
    {"answers given that are wrong", "out of scope that got an answer", "near-misses that got an answer"}
)

Figures = Mapping[Language, Sequence[Figure]]


@dataclass(frozen=True)
class Fall:
    """A figure that is worse than the baseline's interval allows."""

    language: str
    figure: str
    now: float
    limit: float

    def __str__(self) -> str:
        return f"{self.language}, {self.figure}: {self.now:.3f}, the baseline's limit is {self.limit:.3f}"


def sample(questions: Sequence[GoldenQuestion]) -> list[GoldenQuestion]:
    """About two hundred questions a language that were never fitted on; adding others moves few of them."""
    chosen = []
    for language in Language:
        kinds = defaultdict(list)
        for question in questions:
            if question.language is language and not question.for_fitting:
                kinds[question.kind].append(question)
        total = sum(map(len, kinds.values()))
        for own in kinds.values():
            count = max(round(A_LANGUAGE * len(own) / total), min(FEWEST, len(own)))
            chosen += sorted(own, key=_shuffled)[:count]
    return chosen


def _shuffled(question: GoldenQuestion) -> tuple[int, str]:
    return zlib.crc32(question.id.encode()), question.id


def measure(opened: index.Index, questions: Sequence[GoldenQuestion]) -> dict[Language, list[Figure]]:
    """The figures of the sample in each language, asked one by one as delegates ask."""
    judgements = evaluation.judge(opened, questions)
    return {
        language: evaluation.figures_of([found for found in judgements if found.question.language is language])
        for language in Language
    }


def falls(figures: Figures, baseline: Mapping) -> list[Fall]:
    """What is worse than the baseline by more than its 95 % interval."""
    found = []
    for language, own in figures.items():
        for figure in own:
            before = baseline["figures"][language.value].get(figure.name)
            if before is None or math.isnan(figure.value):
                continue
            lower = figure.name in LOWER_IS_BETTER
            limit = before["high"] if lower else before["low"]
            # Where all were right, or none wrong, the bootstrap knows no spread; 3/n bounds the share that may still be
            # otherwise with 95 % (the rule of three, Hanley & Lippman-Hand 1983).
            slack = 3 / figure.count if before["high"] == before["low"] else 0.0
            if figure.value > limit + slack + 1e-9 if lower else figure.value < limit - slack - 1e-9:
                found.append(Fall(language.value, figure.name, figure.value, limit))
    return found


def as_json(figures: Figures, questions: Sequence[GoldenQuestion], model: str) -> str:
    """The baseline file: what was asked, of which model, and each figure with its interval."""
    rows = {
        language.value: {
            figure.name: {
                "value": round(figure.value, 4),
                "low": round(figure.low, 4),
                "high": round(figure.high, 4),
                "count": figure.count,
            }
            for figure in own
        }
        for language, own in figures.items()
    }
    return json.dumps({"model": model, "questions": len(questions), "figures": rows}, indent=1) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the baseline, or with --check compare with it."""
    encoder, questions = SentenceEncoder(), sample(golden_files.read())
    knowledge = knowledge_files.read(ROOT / "knowledge")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index.build(
            folder, knowledge.entries, knowledge.programme, encoder,
            version=1, created=FIRST_MORNING, digest=knowledge.digest, elsewhere=elsewhere.read(),
        )  # fmt: skip
        shutil.copy(CALIBRATION_FILE, folder / "calibration.json")
        opened = index.Index(folder, encoder)
        try:
            figures = measure(opened, questions)
        finally:
            opened.close()
    for language, own in figures.items():
        for figure in own:
            print(
                f"{language}  {figure.name:55} {figure.value:.3f}  {figure.low:.3f}-{figure.high:.3f}  {figure.count}"
            )
    if "--check" in arguments:
        fallen = falls(figures, json.loads(FILE.read_text("utf-8")))
        print(*fallen, sep="\n")
        return 1 if fallen else 0
    FILE.write_text(as_json(figures, questions, encoder.identity), "utf-8")
    print(f"{FILE} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
