"""What the lexicon is worth on topics the encoder has never seen: `python -m tests.encoder.curve [500 1000 2000 all]`.

For each size a lexicon of so many concepts (drawn by a fixed seed) takes the place of the shipped one everywhere, and
an encoder is built with it, the paraphrase corpus and the entries of the topics for fitting only. Asked are the direct
and indirect golden questions of the other topics; entries of all topics stand to choice. Printed for each language:
hit@1 by the nearest vector alone and by the decision that ships, and what it gives outright and wrong: as they are for
entries that are new. Last the same questions with the shipped encoder, which has seen the questions in the files of
those entries. Needs `pip install -e '.[build]'`; minutes a size.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.domain.golden import FIRST_MORNING, GoldenQuestion
from bot.domain.knowledge import PassageKind
from bot.domain.language import Language
from bot.domain.question import Answer
from bot.encoder import build, elsewhere, lexicon
from bot.encoder.analysis import simplified
from bot.services import fitting, training
from bot.settings import ROOT
from bot.stores import golden_files, index, index_files, knowledge_files
from bot.stores.models import EMBEDDED, SentenceEncoder

SEED = 500
SIZES = ("500", "1000", "2000", "all")
TELLING = (PassageKind.TITLE, PassageKind.QUESTION, PassageKind.SENTENCE)


def main(arguments: Sequence[str]) -> int:
    """A process for each size, because a process knows only one lexicon."""
    if arguments[:1] == ["--one"]:
        measure(arguments[1])
        return 0
    heads = "".join(f"  {name:18}" for name in ("nearest vector", "ranking", "right outright", "wrong of answers"))
    print(f"{'concepts':>10}{heads}   (each: zh ru en)", flush=True)
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
        asked = [one for one in golden if not one.for_fitting and one.kind in ("direct", "indirect")]
        rows = [_figures(opened, [one for one in asked if one.language is language]) for language in Language]
    shown = "".join("  " + f"{' '.join(f'{figure:.3f}' for figure in column):18}" for column in zip(*rows, strict=True))
    print(f"{len(concepts) if size != 'shipped' else size:>10}{shown}", flush=True)


def _figures(opened: index.Index, asked: Sequence[GoldenQuestion]) -> tuple[float, ...]:
    """Right by the nearest vector, by the ranking, outright; and wrong among the answers given."""
    told = [place for place, passage in enumerate(opened.passages) if passage.kind in TELLING]
    vectors = opened.encoder.questions([simplified(question.text) for question in asked])
    nearest = np.argmax(vectors @ opened.vectors[told].T, axis=1)
    firsts = [opened.passages[told[place]].entry_id for place in nearest]
    by_vector = [one in question.expected for one, question in zip(firsts, asked, strict=True)]
    decision = index_files.CALIBRATION.validate_json(training.CALIBRATION_FILE.read_bytes())
    cases = fitting.cases_for(opened, asked)
    outcomes = [decision.decide(case.evidence, case.question.language) for case in cases]
    right = np.array(
        [bool(o.hits) and o.hits[0].entry_id in case.question.expected for o, case in zip(outcomes, cases, strict=True)]
    )
    given = np.array([isinstance(outcome, Answer) for outcome in outcomes])
    return (np.mean(by_vector), right.mean(), (right & given).mean(), (given & ~right).sum() / max(given.sum(), 1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
