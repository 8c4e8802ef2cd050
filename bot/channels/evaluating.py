"""The evaluation for engineers: a table in the terminal and one self-contained page."""

from __future__ import annotations

import argparse
import html
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.language import Language
from bot.domain.question import Answer, Clarification, ProgrammeAnswer
from bot.encoder import elsewhere
from bot.services import evaluation
from bot.services.evaluation import Figure, Judgement, Report
from bot.services.training import fit_on
from bot.settings import Settings
from bot.stores import generations, golden_files, index, index_files, knowledge_files
from bot.stores.models import SentenceEncoder


def run(options: argparse.Namespace) -> int:
    """Ask the golden questions, print the figures, write the page when asked for."""
    settings = Settings()
    questions = golden_files.read([Path(file) for file in options.files] or None)
    if not options.all:
        questions = [question for question in questions if not question.for_fitting]
    if options.now:
        questions = [replace(question, now=options.now) for question in questions]
    if not questions:
        print("evaluate: no questions", file=sys.stderr)
        return 2
    from tqdm import tqdm

    with tempfile.TemporaryDirectory() as folder, tqdm(total=len(questions), unit=" questions") as bar:
        opened = _opened(settings, options.model, Path(folder))
        try:
            report = evaluation.evaluate(opened, questions, lambda done, total: bar.update(1))
            name = f"{opened.encoder.name}, generation {opened.folder.name}"
        finally:
            opened.close()
    part = "all golden questions" if options.all else "golden questions of the part never fitted on"
    heading = f"{len(questions)} {part}; {name}"
    print(heading, table(report), sep="\n\n")
    if options.html:
        Path(options.html).write_text(page(report, heading), "utf-8")
        print(f"\n{options.html} written")
    return 0


def _opened(settings: Settings, model: str | None, folder: Path) -> index.Index:
    """The published generation, or one built and fitted for another model in `folder`."""
    encoder = SentenceEncoder(model or settings.embedding_model)
    if model is None:
        return index.Index(generations.current(settings.data_dir), encoder, settings.chroma_url)
    knowledge = knowledge_files.read(settings.knowledge_dir)
    index.build(
        folder, knowledge.entries, knowledge.programme, encoder,
        version=0, created=datetime.now(UTC), digest=knowledge.digest, elsewhere=elsewhere.read(),
    )  # fmt: skip
    index_files.write_calibration(folder, fit_on(folder, encoder))
    return index.Index(folder, encoder)


def table(report: Report) -> str:
    """The figures as plain text."""
    lines = [f"{'':54}" + "".join(f"{language:>22}" for language in Language)]
    for row in zip(*report.figures.values(), strict=True):
        lines.append(f"{row[0].name:54}" + "".join(f"{_figure(figure):>22}" for figure in row))
    lines.append(f"{'AURC (lower is better)':54}" + "".join(f"{report.aurc[language]:22.3f}" for language in Language))
    lines.append("")
    for language in Language:
        lines.append(f"{language}, by kind: count, hit@1, hit@3, answered, right, right or choice, handed over")
        for kind, found in report.kinds[language].items():
            values = list(found.values())
            lines.append(f"  {kind:16}{values[0]:6.0f}" + "".join(f"{value:8.3f}" for value in values[1:]))
    lines.append("")
    lines.append("hit@1 of direct and indirect questions with knowledge in one language only")
    lines.append(f"{'asked in':12}" + "".join(f"{'only ' + language:>12}" for language in Language))
    for asked in Language:
        cells = "".join(f"{report.matrix[asked, knowledge]:12.3f}" for knowledge in Language)
        lines.append(f"{asked:12}" + cells)
    worst, best = min(report.matrix.values()), max(report.matrix.values())
    lines.append(f"worst cell / best cell: {worst / best:.3f}")
    lines.append(f"one decision, 95th percentile: {report.milliseconds:.1f} ms")
    return "\n".join(lines)


def _figure(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.2f}-{figure.high:.2f})" if figure.count else "-"


def page(report: Report, heading: str) -> str:
    """One self-contained HTML page: the table, a risk-coverage plot, the worst failures."""
    failures = [judgement for judgement in report.judgements if judgement.wrong or _lost(judgement)]
    failures.sort(key=lambda judgement: (not judgement.wrong, -judgement.outcome.confidence))
    rows = "".join(
        f"<tr><td>{judgement.question.language}</td><td>{judgement.question.kind}</td>"
        f"<td>{html.escape(judgement.question.text)}</td><td>{', '.join(judgement.question.expected) or '–'}</td>"
        f"<td>{_said(judgement)}</td><td>{judgement.outcome.confidence:.2f}</td></tr>"
        for judgement in failures[:300]
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Evaluation</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1d2733 }}
pre {{ overflow-x: auto; background: #f4f6f8; padding: 1rem; font-size: 12px }}
table {{ border-collapse: collapse; font-size: 13px }} td, th {{ border-bottom: 1px solid #dde3e9; padding: .3rem .5rem;
text-align: left; vertical-align: top }} svg {{ max-width: 100%; height: auto }}
</style></head><body><h1>How often right, how often rightly silent</h1><p>{html.escape(heading)}</p>
<pre>{html.escape(table(report))}</pre>
<h2>Risk and coverage</h2><p>The most confident questions first: which share of them has a wrong first hit.</p>
{plot(report)}
<h2>Worst failures</h2><table><tr><th></th><th>kind</th><th>question</th><th>expected</th><th>outcome</th><th></th></tr>
{rows}</table></body></html>
"""


def _lost(judgement: Judgement) -> bool:
    return judgement.question.in_scope and not judgement.offered


def _said(judgement: Judgement) -> str:
    outcome = judgement.outcome
    if isinstance(outcome, Answer | ProgrammeAnswer):
        return "answer: " + ", ".join(outcome.entries)
    if isinstance(outcome, Clarification):
        return "choice: " + ", ".join(outcome.choices)
    return type(outcome).__name__.lower() + ": " + ", ".join(judgement.nearest[:2])


COLOURS = {Language.ZH: "#c0392b", Language.RU: "#2c6fbb", Language.EN: "#2f8f5b"}


def plot(report: Report) -> str:
    """Risk over coverage for each language, as SVG."""
    width, height, top = 640, 300, 0.4
    lines = []
    for language in Language:
        own = [judgement for judgement in report.judgements if judgement.question.language is language]
        points = " ".join(
            f"{40 + coverage * (width - 60):.1f},{height - 30 - min(risk, top) / top * (height - 50):.1f}"
            for coverage, risk in evaluation.risk_coverage(own)
        )
        place = 60 + 90 * list(Language).index(language)
        lines.append(f'<polyline fill="none" stroke="{COLOURS[language]}" stroke-width="2" points="{points}"/>')
        lines.append(f'<text x="{place}" y="20" fill="{COLOURS[language]}">{language}</text>')
    ticks = "".join(
        f'<text x="34" y="{height - 26 - share / top * (height - 50):.0f}" text-anchor="end">{share:.0%}</text>'
        f'<line x1="40" x2="{width - 20}" y1="{height - 30 - share / top * (height - 50):.1f}" '
        f'y2="{height - 30 - share / top * (height - 50):.1f}" stroke="#dde3e9"/>'
        for share in (0, 0.03, 0.1, 0.2, 0.3, 0.4)
    ) + "".join(
        f'<text x="{40 + share * (width - 60):.0f}" y="{height - 10}" text-anchor="middle">{share:.0%}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" font-size="11">{ticks}{"".join(lines)}</svg>'
