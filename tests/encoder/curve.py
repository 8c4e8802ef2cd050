"""What the lexicon is worth on topics the encoder has never seen: `python -m tests.encoder.curve [500 1000 2000 all]`.

For each size a lexicon of so many concepts (drawn by a fixed seed) takes the place of the shipped one everywhere, and
an encoder is built with it, the paraphrase corpus and the entries of the topics for fitting only. Asked are the direct
and indirect golden questions of the other topics; entries of all topics stand to choice. Printed for each language:
hit@1 by the nearest vector alone, and by the ranking (fitted on the topics for fitting). Last the same questions with
the shipped encoder, which has seen the questions in the files of those entries. Needs `pip install -e '.[build]'`;
minutes a size.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.domain.calibration import Ranking
from bot.domain.golden import FIRST_MORNING, GoldenQuestion
from bot.domain.knowledge import PassageKind
from bot.domain.language import Language
from bot.encoder import build, elsewhere, lexicon
from bot.encoder.analysis import simplified
from bot.services import fitting, training
from bot.settings import ROOT
from bot.stores import golden_files, index, knowledge_files
from bot.stores.models import EMBEDDED, SentenceEncoder

SEED = 500
SIZES = ("500", "1000", "2000", "all")
TELLING = (PassageKind.TITLE, PassageKind.QUESTION, PassageKind.SENTENCE)


def main(arguments: Sequence[str]) -> int:
    """A process for each size, because a process knows only one lexicon."""
    if arguments[:1] == ["--one"]:
        measure(arguments[1])
        return 0
    print(f"{'concepts':>10}  {'nearest vector: zh ru en':30}  ranking: zh ru en", flush=True)
    for size in (*(arguments or SIZES), "shipped"):
        subprocess.run([sys.executable, "-m", "tests.encoder.curve", "--one", size], cwd=ROOT, check=True)
    return 0


def measure(size: str) -> None:
    """Build, ask, print one line."""
    knowledge = knowledge_files.read(ROOT / "knowledge")
    golden = golden_files.read()
    fitted = {question.topic for question in golden if question.for_fitting}
    concepts = list(lexicon.concepts())
    if size.isdigit():
        concepts = random.Random(SEED).sample(concepts, int(size))
        lexicon.concepts = lambda: tuple(concepts)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as room:
        model = EMBEDDED
        if size != "shipped":
            model = Path(room) / "model"
            seen = [entry for entry in knowledge.entries if entry.id in fitted]
            build.build(model, training.groups_of(seen), report=lambda line: print(line, file=sys.stderr))
        encoder = SentenceEncoder(str(model))
        folder = Path(room) / "index"
        index.build(
            folder, knowledge.entries, knowledge.programme, encoder, version=0, created=FIRST_MORNING,
            digest=knowledge.digest, elsewhere=elsewhere.read(), in_memory=True,
        )  # fmt: skip
        opened = index.Index(folder, encoder, in_memory=True)
        ranking = fitting._fit_ranking(fitting.cases_for(opened, [one for one in golden if one.for_fitting]))
        asked = [one for one in golden if not one.for_fitting and one.kind in ("direct", "indirect")]
        by_vector, by_ranking = _hits(opened, ranking, asked)
    shown = "   ".join(" ".join(f"{found[language]:.3f}" for language in Language) for found in (by_vector, by_ranking))
    print(f"{len(concepts) if size != 'shipped' else size:>10}  {shown}", flush=True)


def _hits(
    opened: index.Index, ranking: Ranking, asked: Sequence[GoldenQuestion]
) -> tuple[dict[Language, float], dict[Language, float]]:
    told = [place for place, passage in enumerate(opened.passages) if passage.kind in TELLING]
    found: tuple[dict, dict] = ({}, {})
    for language in Language:
        own = [question for question in asked if question.language is language]
        vectors = opened.encoder.questions([simplified(question.text) for question in own])
        nearest = np.argmax(vectors @ opened.vectors[told].T, axis=1)
        firsts = [opened.passages[told[place]].entry_id for place in nearest]
        found[0][language] = np.mean([one in question.expected for one, question in zip(firsts, own, strict=True)])
        ranked = [fitting._ranked(case, ranking)[0][1].entry_id for case in fitting.cases_for(opened, own)]
        found[1][language] = np.mean([one in question.expected for one, question in zip(ranked, own, strict=True)])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
