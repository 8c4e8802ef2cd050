"""A generation with real Chroma: built, opened, searched, refused when it is damaged or another model's."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bot.domain.calibration import Calibration, Ranking, Thresholds, Weights, Wording
from bot.domain.forest import Forest
from bot.domain.knowledge import Entry, EntryKind, PassageKind, Rendering, Status
from bot.domain.language import Language
from bot.domain.passages import passages_of
from bot.domain.programme import Programme
from bot.encoder import lexicon
from bot.settings import EVENT_ZONE, ROOT
from bot.stores import index, index_chroma, index_files, index_search, knowledge_files
from bot.stores.beside import Beside
from bot.stores.generations import GenerationError
from bot.stores.index import Index
from bot.stores.index_search import DOUBTS, FEATURES, QUESTION_FEATURES
from tests.doubles import HashEncoder

CONGRESS = ROOT / "tests" / "congress"
NOW = datetime(2031, 5, 20, 9, 0, tzinfo=EVENT_ZONE)

OWN_QUESTIONS = [
    (Language.EN, "When does the boat leave?", "boat"),
    (Language.RU, "Когда отходит катер?", "boat"),
    (Language.ZH, "船几点开？", "boat"),
    (Language.EN, "I lost my keys", "keys"),
    (Language.RU, "Я потерял ключи", "keys"),
    (Language.ZH, "我的钥匙丢了", "keys"),
    (Language.EN, "When is the welcome?", "welcome"),
    (Language.RU, "Кто рассказывает о линзах?", "lens-talk"),
    (Language.ZH, "谁讲透镜？", "lens-talk"),
]


@pytest.fixture(scope="module")
def knowledge() -> knowledge_files.Knowledge:
    return knowledge_files.read(CONGRESS)


@pytest.fixture(scope="module")
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, knowledge, encoder: HashEncoder) -> Path:
    """The congress, built once; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("generation") / "0001-congress"
    build(folder, knowledge.entries, encoder, knowledge.programme, digest=knowledge.digest)
    return folder


@pytest.fixture(scope="module")
def opened(built: Path, encoder: HashEncoder) -> Iterator[Index]:
    found = Index(built, encoder)
    yield found
    found.close()


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def build(
    folder: Path, entries, encoder: HashEncoder, programme: Programme | None = None, **more
) -> index_files.Manifest:
    more = {"digest": "d" * 64} | more
    programme = programme or Programme(EVENT_ZONE, ())
    return index.build(folder, entries, programme, encoder, version=1, created=NOW, **more)


def prose(entry_id: str, title: str, body: str, **more) -> Entry:
    rendering = Rendering(title, body, questions=(f"Where is the {title.lower()}?",))
    return Entry(entry_id, "practical", EntryKind.PROSE, Status.CONFIRMED, {Language.EN: rendering}, **more)


def calibration(model: str) -> Calibration:
    flat = Forest(0.0, ())
    weights = Weights((0.0,) * len(FEATURES))
    limits = dict.fromkeys(Language, Thresholds(0.9, 0.9))
    figures = len(QUESTION_FEATURES), len(DOUBTS)
    return Calibration(model, Ranking(weights, weights), Wording(), flat, flat, limits, *figures)


def figure(found: Index, text: str, language: Language, name: str, only: Language | None = None) -> dict[str, float]:
    """One figure of every candidate."""
    evidence = found.search(text, language, NOW, only)
    return {candidate.entry_id: candidate.features[FEATURES.index(name)] for candidate in evidence.candidates}


# Built


def test_the_manifest_says_what_was_built(built: Path, knowledge, encoder: HashEncoder):
    manifest = index_files.read_manifest(built)
    passages = [passage for entry in knowledge.entries for passage in passages_of(entry)]
    assert manifest.entries == len(knowledge.entries)
    assert manifest.passages == len(passages)
    assert manifest.model == encoder.identity
    assert manifest.dimension == encoder.dimension
    assert manifest.knowledge == knowledge.digest
    assert datetime.fromisoformat(manifest.created) == NOW


def test_what_a_generation_says_is_read_without_opening_it(built: Path, knowledge):
    entries, programme = index_files.read_contents(built)
    assert entries == tuple(knowledge.entries)
    assert programme == knowledge.programme


def test_progress_runs_to_the_end(tmp_path: Path, knowledge, encoder: HashEncoder):
    seen: list[tuple[int, int]] = []
    manifest = build(
        tmp_path / "g", knowledge.entries, encoder, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[0][0] == 0
    assert seen[-1] == (manifest.passages, manifest.passages)


def test_known_vectors_are_not_computed_again(tmp_path: Path, built: Path, knowledge, encoder: HashEncoder):
    former = index_files.Former()
    former.learn(built, encoder.identity)
    fresh = HashEncoder()
    build(tmp_path / "g", knowledge.entries, fresh, former=former)
    assert fresh.encoded == []
    assert np.array_equal(np.load(tmp_path / "g" / "vectors.npy"), np.load(built / "vectors.npy"))


def test_only_new_texts_are_encoded(tmp_path: Path, built: Path, knowledge, encoder: HashEncoder):
    fresh = HashEncoder()
    added = prose("cloakroom", "Cloakroom", "Coats are kept at the gate.")
    former = index_files.Former()
    former.learn(built, encoder.identity)
    build(tmp_path / "g", [*knowledge.entries, added], fresh, former=former)
    assert fresh.encoded == ["Cloakroom", "Where is the cloakroom?", "Coats are kept at the gate."]


def test_another_models_vectors_are_not_reused(built: Path, tmp_path: Path):
    former = index_files.Former()
    former.learn(built, "another model")
    assert former.vectors == {}
    former.learn(tmp_path / "nowhere", "double:hash")
    assert former.vectors == {}


def test_the_programme_is_replaced_wholly(copy: Path, knowledge, encoder: HashEncoder):
    empty = Programme(EVENT_ZONE, ())
    index_files.replace_programme(copy, empty)
    assert index_files.read_contents(copy)[1] == empty
    assert list(copy.glob("*.tmp")) == []


def test_the_same_knowledge_gives_the_same_evidence(tmp_path: Path, opened: Index, knowledge):
    encoder = HashEncoder()
    build(tmp_path / "g", knowledge.entries, encoder, knowledge.programme)
    again = Index(tmp_path / "g", encoder)
    try:
        for language, text, _ in OWN_QUESTIONS:
            assert again.search(text, language, NOW) == opened.search(text, language, NOW)
    finally:
        again.close()


def test_a_generation_without_entries_finds_nothing(tmp_path: Path, encoder: HashEncoder):
    build(tmp_path / "g", [], encoder)
    found = Index(tmp_path / "g", encoder)
    try:
        assert found.search("When does the boat leave?", Language.EN, NOW).candidates == ()
        assert found.documents("boat", 5) == []
    finally:
        found.close()


def test_an_entry_in_one_language_and_without_questions(tmp_path: Path, encoder: HashEncoder):
    rendering = Rendering("衣帽间", "衣帽间在大门旁边。")
    entry = Entry("cloakroom", "practical", EntryKind.PROSE, Status.CONFIRMED, {Language.ZH: rendering})
    build(tmp_path / "g", [entry], encoder)
    found = Index(tmp_path / "g", encoder)
    try:
        for language in Language:
            candidates = found.search("衣帽间在哪里？", language, NOW).candidates
            assert [candidate.entry_id for candidate in candidates] == ["cloakroom"]
    finally:
        found.close()


# Searched


@pytest.mark.parametrize(("language", "text", "entry"), OWN_QUESTIONS)
@pytest.mark.parametrize("name", ["dense question", "dense question, asked language", "bm25", "terms", "coverage"])
def test_an_entrys_own_question_finds_it(opened: Index, language, text, entry, name):
    figures = figure(opened, text, language, name)
    assert figures[entry] == max(figures.values())


def test_every_figure_is_a_finite_number_of_moderate_size(opened: Index):
    for language, text, _ in OWN_QUESTIONS:
        evidence = opened.search(text, language, NOW)
        assert len(evidence.features) == len(QUESTION_FEATURES)
        for candidate in evidence.candidates:
            assert len(candidate.features) == len(FEATURES)
            assert all(np.isfinite(candidate.features))
            assert all(-2.5 <= value <= 2.5 for value in candidate.features)


def test_chroma_and_memory_name_the_same_nearest_passages(opened: Index, encoder: HashEncoder):
    for _, text, _ in OWN_QUESTIONS:
        vector = encoder.question(text)
        scores = opened.vectors @ vector
        found = opened.neighbours.nearest(vector, 10)
        assert len(found) == 10
        assert np.allclose(scores[found], np.sort(scores)[::-1][:10], atol=1e-5)


def test_documents_of_langchain_carry_entry_and_similarity(opened: Index, encoder: HashEncoder):
    documents = opened.documents("When does the boat leave?", 3)
    assert documents[0].page_content == "When does the boat leave?"
    assert documents[0].metadata["entry"] == "boat"
    assert documents[0].metadata["language"] == "en"
    assert documents[0].metadata["kind"] == PassageKind.QUESTION.value
    assert documents[0].metadata["similarity"] == pytest.approx(1.0, abs=1e-4)
    similarities = [document.metadata["similarity"] for document in documents]
    assert similarities == sorted(similarities, reverse=True)


@pytest.mark.parametrize("knowledge_language", list(Language))
def test_only_one_language_of_the_knowledge_is_looked_at(opened: Index, knowledge_language: Language):
    """The words of one language stand in no passage of another, so they find something in their own alone."""
    for language, text, entry in OWN_QUESTIONS:
        terms = figure(opened, text, language, "terms", only=knowledge_language)
        if language is knowledge_language:
            assert terms[entry] == max(terms.values()) > 0
        else:
            assert not any(terms.values())


def test_without_a_restriction_all_languages_are_looked_at(opened: Index):
    # Asked by somebody who reads Russian: the English words still find the entry.
    terms = figure(opened, "When does the boat leave?", Language.RU, "terms")
    assert terms["boat"] == max(terms.values()) > 0
    own = figure(opened, "When does the boat leave?", Language.RU, "dense question, asked language")
    asked = figure(opened, "When does the boat leave?", Language.EN, "dense question, asked language")
    assert asked["boat"] > own["boat"]


def test_traditional_characters_are_read_like_simplified(opened: Index):
    plain = opened.search("我的钥匙丢了", Language.ZH, NOW)
    assert opened.search("我的鑰匙丟了", Language.ZH, NOW) == plain


@pytest.mark.parametrize("text", ["", " ", "?!", "\u200b", "🚢", "x" * 1000, "船" * 1000, "1 2 3 4 5", "\x00"])
def test_odd_questions_are_only_questions(opened: Index, text: str):
    for language in Language:
        evidence = opened.search(text, language, NOW)
        assert all(np.isfinite(candidate.features).all() for candidate in evidence.candidates)


@pytest.mark.parametrize(
    ("hours", "told"), [(-2, False), (-1, True), (0, True), (0.99, True), (1, False), (24, False)]
)  # fmt: skip
def test_entries_are_told_within_their_validity_only(tmp_path: Path, encoder: HashEncoder, hours: float, told: bool):
    limited = prose("cloakroom", "Cloakroom", "Coats are kept at the gate.",
                    valid_from=NOW - timedelta(hours=1), valid_until=NOW + timedelta(hours=1))  # fmt: skip
    build(tmp_path / "g", [limited, prose("boat", "Boat", "The boat leaves at ten.")], encoder)
    found = Index(tmp_path / "g", encoder)
    try:
        evidence = found.search("Where is the cloakroom?", Language.EN, NOW + timedelta(hours=hours))
    finally:
        found.close()
    assert ("cloakroom" in [candidate.entry_id for candidate in evidence.candidates]) is told
    assert "boat" in [candidate.entry_id for candidate in evidence.candidates]


def test_validity_counts_in_the_events_zone_wherever_the_clock_stands(tmp_path: Path, encoder: HashEncoder):
    from datetime import UTC

    limited = prose("cloakroom", "Cloakroom", "Coats are kept at the gate.", valid_from=NOW)
    build(tmp_path / "g", [limited], encoder)
    found = Index(tmp_path / "g", encoder)
    try:
        utc = NOW.astimezone(UTC)
        assert len(found.search("cloakroom", Language.EN, utc).candidates) == 1
        assert found.search("cloakroom", Language.EN, utc - timedelta(minutes=1)).candidates == ()
    finally:
        found.close()


def test_many_threads_find_what_one_finds(opened: Index):
    alone = [opened.search(text, language, NOW) for language, text, _ in OWN_QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        rounds = list(
            pool.map(
                lambda _: [opened.search(text, language, NOW) for language, text, _ in OWN_QUESTIONS], range(16)
            )
        )  # fmt: skip
    assert all(found == alone for found in rounds)


# Chroma fails


def test_when_chroma_does_not_answer_the_vectors_in_memory_do(
    copy: Path, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    found = Index(copy, encoder)
    try:
        before = [found.search(text, language, NOW) for language, text, _ in OWN_QUESTIONS]

        def broken(**_):
            raise RuntimeError("the disk is gone")

        monkeypatch.setattr(found.neighbours, "_store", SimpleNamespace(_collection=SimpleNamespace(query=broken)))
        with caplog.at_level(logging.ERROR, "bot.stores.index_chroma"):
            after = [found.search(text, language, NOW) for language, text, _ in OWN_QUESTIONS]
        assert after == before
        assert "Chroma does not answer" in caplog.text
    finally:
        found.close()


def test_chromas_files_removed_under_an_open_index(copy: Path, encoder: HashEncoder):
    found = Index(copy, encoder)
    try:
        before = found.search("When does the boat leave?", Language.EN, NOW)
        shutil.rmtree(copy / "chroma")
        assert found.search("When does the boat leave?", Language.EN, NOW) == before
    finally:
        found.close()


# Refused


def test_a_calibration_of_the_same_model_is_opened(copy: Path, encoder: HashEncoder):
    index_files.write_calibration(copy, calibration(encoder.identity))
    found = Index(copy, encoder)
    assert found.calibration == calibration(encoder.identity)
    found.close()


def test_a_calibration_of_another_model_is_refused(copy: Path, encoder: HashEncoder):
    index_files.write_calibration(copy, calibration("double:another"))
    with pytest.raises(GenerationError, match=r"another encoder.*ingest\.py"):
        Index(copy, encoder)


def test_a_generation_of_another_model_is_refused(built: Path):
    with pytest.raises(GenerationError, match=r"another encoder.*ingest\.py"):
        Index(built, HashEncoder(identity="double:another"))


def test_vectors_that_are_too_few_are_noticed(copy: Path, encoder: HashEncoder):
    np.save(copy / "vectors.npy", np.load(copy / "vectors.npy")[:-1])
    with pytest.raises(GenerationError, match="incomplete"):
        Index(copy, encoder)


def test_passages_that_are_too_few_are_noticed(copy: Path, encoder: HashEncoder):
    passages = json.loads((copy / "passages.json").read_text("utf-8"))
    (copy / "passages.json").write_text(json.dumps(passages[:-1]), "utf-8")
    with pytest.raises(GenerationError, match="incomplete"):
        Index(copy, encoder)


@pytest.mark.parametrize("damage", ["missing", "empty", "torn", "another format"])
def test_a_damaged_manifest_is_no_generation(copy: Path, encoder: HashEncoder, damage: str):
    manifest = copy / "manifest.json"
    text = manifest.read_text("utf-8")
    if damage == "missing":
        manifest.unlink()
    else:
        manifest.write_text({"empty": "", "torn": text[:40], "another format": '{"version": 1}'}[damage], "utf-8")
    with pytest.raises(GenerationError, match="no complete generation"):
        Index(copy, encoder)


@pytest.mark.parametrize(
    "file",
    [
        "entries.json", "programme.json", "passages.json", "vectors.npy", "terms.npz", "bm25-zh/places.npy",
        "units-words.npz", "words.npz",
    ],
)
@pytest.mark.parametrize("damage", ["missing", "torn", "empty"])
def test_no_damaged_file_goes_unnoticed(copy: Path, encoder: HashEncoder, file: str, damage: str):
    path = copy / file
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: 60 if damage == "torn" else 0])
    with pytest.raises(GenerationError):
        Index(copy, encoder)


def test_a_chroma_folder_that_cannot_be_opened_is_named(copy: Path, encoder: HashEncoder):
    shutil.rmtree(copy / "chroma")
    (copy / "chroma").write_bytes(b"a file in place of the folder")
    with pytest.raises(GenerationError, match=r"Chroma cannot open .*/chroma \(.*python ingest\.py --rebuild"):
        Index(copy, encoder)


def test_a_chroma_server_that_does_not_answer_is_named(copy: Path, encoder: HashEncoder):
    with pytest.raises(GenerationError, match=r"the Chroma server at http://127\.0\.0\.1:1 .*BOT_CHROMA_URL"):
        Index(copy, encoder, "http://127.0.0.1:1")


@pytest.mark.parametrize("file", ["entries.json", "programme.json"])
def test_contents_that_cannot_be_read_are_reported_as_such(copy: Path, file: str):
    (copy / file).write_text("[{", "utf-8")
    with pytest.raises(GenerationError, match="no complete generation"):
        index_files.read_contents(copy)


# A Chroma server


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma-server")
    command = Path(sys.executable).with_name("chroma")
    server = subprocess.Popen(
        [command, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int, server: subprocess.Popen) -> None:
    pause = threading.Event()
    for _ in range(600):
        assert server.poll() is None, "the Chroma server did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pause.wait(0.1)
    pytest.fail("the Chroma server does not answer")


def test_a_server_finds_what_the_embedded_chroma_finds(
    tmp_path: Path, chroma_url: str, opened: Index, knowledge, encoder: HashEncoder
):
    folder = tmp_path / "0007-0123abcd"
    build(folder, knowledge.entries, encoder, knowledge.programme, chroma_url=chroma_url)
    assert not (folder / "chroma").exists()
    found = Index(folder, encoder, chroma_url)
    try:
        for language, text, _ in OWN_QUESTIONS:
            assert found.search(text, language, NOW) == opened.search(text, language, NOW)
        assert found.documents("I lost my keys", 1)[0].metadata["entry"] == "keys"
    finally:
        found.close()


def test_a_generation_leaves_the_server_with_its_vectors(
    tmp_path: Path, chroma_url: str, knowledge, encoder: HashEncoder
):
    import chromadb

    names = []
    for number in (8, 9):
        folder = tmp_path / f"{number:04d}-0123abcd"
        build(folder, knowledge.entries[:1], encoder, chroma_url=chroma_url)
        names.append(folder.name)
    index_chroma.discard(names[0], chroma_url)
    client = chromadb.HttpClient(host="127.0.0.1", port=int(chroma_url.rpartition(":")[2]))
    left = {collection.name for collection in client.list_collections()}
    assert names[0] not in left
    assert names[1] in left


def test_entries_are_kept_as_they_were_written(opened: Index, knowledge):
    changed = replace(knowledge.entries[0], section="elsewhere")
    assert opened.entries[changed.id] == knowledge.entries[0] != changed


def test_what_nobody_can_answer_neither_finds_its_entry_nor_goes_unnoticed(tmp_path: Path, encoder: HashEncoder):
    asked = "What does the ferry cost"
    entry = prose("boat", "Boat", "The boat leaves at nine.")
    told = replace(entry.renderings[Language.EN], not_answered=(asked,))
    found = {}
    for name, renderings in (("without", entry.renderings), ("with", {Language.EN: told})):
        build(tmp_path / name, [replace(entry, renderings=renderings)], encoder)
        opened = Index(tmp_path / name, encoder)
        found[name] = opened.search(asked, Language.EN, NOW)
        opened.close()
    place = QUESTION_FEATURES.index("all four unanswered")
    assert found["without"].features[place] == 0.0
    assert found["with"].features[place] == pytest.approx(1.0, abs=1e-3)
    coverage = FEATURES.index("coverage by the body")
    covered = {name: [one.features[coverage] for one in evidence.candidates] for name, evidence in found.items()}
    assert covered["with"] == covered["without"]
    assert found["with"].candidates[0].marks == found["without"].candidates[0].marks


def test_a_changed_entry_takes_over_chroma_and_finds_the_same(tmp_path: Path, built: Path, knowledge, encoder):
    first, *others = knowledge.entries
    renderings = {language: replace(told, title=f"{told.title}!") for language, told in first.renderings.items()}
    entries = [replace(first, renderings=renderings), *others]
    former = index_files.Former()
    former.learn(built, encoder.identity)
    manifest = build(tmp_path / "taken", entries, encoder, former=former)
    fresh = build(tmp_path / "fresh", entries, encoder)
    assert (manifest.inherited, fresh.inherited) == (1, 0)
    found = {}
    for name in ("taken", "fresh"):
        opened = Index(tmp_path / name, encoder)
        assert opened._store._collection.count() == manifest.passages
        found[name] = [opened.documents(entry.renderings[Language.EN].title, 1)[0] for entry in entries[:5]]
        opened.close()
    assert [one.page_content for one in found["taken"]] == [one.page_content for one in found["fresh"]]
    assert found["taken"][0].page_content.endswith("!")


def test_chroma_is_filled_from_nothing_when_much_is_different(tmp_path: Path, built: Path, knowledge, encoder):
    former = index_files.Former()
    former.learn(built, encoder.identity)
    half = knowledge.entries[: len(knowledge.entries) // 2]
    assert build(tmp_path / "g", half, encoder, former=former).inherited == 0
    source, held, _ = former.chroma
    former.chroma = (source, held, index_files.MOST_INHERITED)
    assert build(tmp_path / "h", knowledge.entries, encoder, former=former).inherited == 0


def test_the_lexicon_in_a_generation_is_the_one_of_the_code(built: Path):
    stored = json.loads((built / "lexicon.json").read_text("utf-8"))
    forms = {tuple(words.split("\t")): tuple(ids.split("\t")) for words, ids in stored.items()}
    assert forms == lexicon._analysed()


def test_the_nearest_questions_are_found_without_sorting_all(opened: Index, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(index_search, "NEAREST", 5)  # the congress has fewer entries than count otherwise
    searcher = opened._searcher
    asked, lacking = searcher._asked, searcher._groups[PassageKind.NOT_ANSWERED]
    chance = np.random.default_rng(5)
    shortened = 0
    for _ in range(50):
        scores = chance.random(len(opened.vectors), np.float32)
        bests = np.concatenate([asked.best(scores), lacking.best(scores)])
        shortened += np.count_nonzero(bests) >= 5
        # Without scores to go by, all of them are sorted.
        for quick, thorough in zip(searcher._votes(scores, bests), searcher._votes(scores, bests[:0]), strict=True):
            assert np.array_equal(quick, thorough)
    assert shortened == 50


def test_the_lexicon_is_taken_over_from_the_process_beside(monkeypatch: pytest.MonkeyPatch):
    here = dict(lexicon.table())
    monkeypatch.setattr(lexicon, "_known", {})
    texts = ["Where does the boat leave?", "船从哪里出发？"]
    with Beside() as beside:
        found = index._analysed(texts, beside)
    assert lexicon.is_analysed() and lexicon.table() == here
    assert found["concepts"].lists() == [list(lexicon.concepts_in(text)) for text in texts]
