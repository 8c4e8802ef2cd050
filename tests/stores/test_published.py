"""The published generation in use: swapped without a failed question, closed after its last reader, never damaged."""

from __future__ import annotations

import gc
import logging
import shutil
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.language import Language
from bot.stores.generations import GenerationError
from bot.stores.index import Index
from bot.stores.published import Published
from tests.doubles import HashEncoder
from tests.stores.installation import ENCODER, NOW, Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


@pytest.fixture
def published(installation: Installation) -> Iterator[Published]:
    held = Published(installation.data, ENCODER)
    yield held
    held.close()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the versions that were closed, in order."""
    numbers: list[int] = []
    close = Index.close

    def noted(self: Index) -> None:
        numbers.append(self.version)
        close(self)

    monkeypatch.setattr(Index, "close", noted)
    return numbers


def version_in_use(published: Published) -> int:
    """The version that answers: by its number and by its words."""
    with published.acquire() as found:
        assert f"version {found.version} " in found.entries["boat"].renderings[Language.EN].body
        evidence = found.search("When does the boat leave?", Language.EN, NOW)
        assert [candidate.entry_id for candidate in evidence.candidates] == ["boat"]
        return found.version


def test_while_nothing_is_published_it_says_what_to_do(published: Published):
    with pytest.raises(GenerationError, match=r"nothing is published.*ingest\.py"), published.acquire():
        pass
    with pytest.raises(GenerationError):
        published.refresh()


def test_the_first_publication_is_opened_when_it_is_there(installation: Installation, published: Published):
    with pytest.raises(GenerationError):
        published.refresh()
    installation.publish(1)
    assert published.refresh() is True
    assert version_in_use(published) == 1


def test_without_a_new_publication_nothing_is_opened(installation: Installation, published: Published, closed):
    installation.publish(1)
    assert published.refresh() is True
    with published.acquire() as before:
        assert published.refresh() is False
    with published.acquire() as after:
        assert after is before
    assert closed == []


def test_the_new_one_is_swapped_in_and_the_old_one_closed(installation: Installation, published: Published, closed):
    installation.publish(1)
    assert version_in_use(published) == 1
    installation.publish(2)
    assert version_in_use(published) == 1  # until it is refreshed
    assert published.refresh() is True
    assert closed == [1]
    assert version_in_use(published) == 2


def test_an_old_one_is_gone_with_its_last_user(installation: Installation, published: Published):
    """Its memory is free at once: a collector of cycles would come by much later, if ever."""
    installation.publish(1)
    with published.acquire() as index_in_use:
        old = weakref.ref(index_in_use)
    installation.publish(2)
    gc.disable()
    try:
        assert published.refresh() is True
        assert old() is index_in_use
        del index_in_use
        assert old() is None
    finally:
        gc.enable()


def test_an_old_one_stays_open_for_those_who_read_it(installation: Installation, published: Published, closed):
    installation.publish(1)
    installation.publish(2)
    with published.acquire() as latest:
        assert latest.version == 2
    installation.publish(3)
    with published.acquire() as first_reader:
        with published.acquire() as second_reader:
            assert first_reader is second_reader
            assert published.refresh() is True
            assert version_in_use(published) == 3
            assert closed == []
        assert closed == []
        assert first_reader.search("When does the boat leave?", Language.EN, NOW).candidates
    assert closed == [2]


def test_a_reader_may_outlast_several_publications(installation: Installation, published: Published, closed):
    installation.publish(1)
    with published.acquire() as old:
        for number in (2, 3, 4):
            installation.publish(number)
            assert published.refresh() is True
        assert closed == [2, 3]
        assert old.search("When does the boat leave?", Language.EN, NOW).candidates
    assert closed == [2, 3, 1]
    assert version_in_use(published) == 4


def test_a_question_that_fails_releases_the_old_one_too(installation: Installation, published: Published, closed):
    installation.publish(1)
    with pytest.raises(ZeroDivisionError), published.acquire():
        installation.publish(2)
        published.refresh()
        raise ZeroDivisionError
    assert closed == [1]


def test_no_question_fails_while_versions_are_swapped(installation: Installation, published: Published, closed):
    installation.publish(1)
    published.refresh()
    stop = threading.Event()
    seen: list[list[int]] = []
    failures: list[BaseException] = []
    started = threading.Barrier(7)

    def ask() -> None:
        mine: list[int] = []
        seen.append(mine)
        started.wait()
        try:
            while not stop.is_set():
                mine.append(version_in_use(published))
        except BaseException as error:
            failures.append(error)

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for asker in askers:
        asker.start()
    started.wait()
    for number in range(2, 7):
        installation.publish(number)
        assert published.refresh() is True
        # Somebody has asked the new one before the next is published.
        while not any(number in mine for mine in seen) and not failures:
            stop.wait(0.005)
    stop.set()
    for asker in askers:
        asker.join()
    assert failures == []
    for mine in seen:
        assert mine == sorted(mine)  # nobody falls back to an older version
    assert sorted(closed) == [1, 2, 3, 4, 5]
    assert version_in_use(published) == 6


def test_threads_that_come_first_together_open_it_once(
    installation: Installation, published: Published, monkeypatch: pytest.MonkeyPatch
):
    installation.publish(1)
    opened: list[Path] = []
    start = Index.__init__

    def counted(self: Index, folder: Path, *rest) -> None:
        opened.append(folder)
        start(self, folder, *rest)

    monkeypatch.setattr(Index, "__init__", counted)
    together = threading.Barrier(8)
    versions: list[int] = []

    def come() -> None:
        together.wait()
        versions.append(version_in_use(published))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [1] * 8
    assert len(opened) == 1


@pytest.mark.parametrize("damaged", ["manifest.json", "vectors.npy", "entries.json", "terms.npz"])
def test_a_damaged_generation_leaves_the_former_one(
    installation: Installation, published: Published, closed, damaged: str, caplog: pytest.LogCaptureFixture
):
    installation.publish(1)
    published.refresh()
    bad = installation.publish(2, damaged=damaged)
    with caplog.at_level(logging.ERROR, "bot.stores.published"):
        assert published.refresh() is False
        assert published.refresh() is False
    assert version_in_use(published) == 1
    said = [record.getMessage() for record in caplog.records if record.name == "bot.stores.published"]
    assert len(said) == 1  # not every second
    assert bad.name in said[0]
    assert closed == []
    installation.publish(3)
    assert published.refresh() is True
    assert version_in_use(published) == 3


def test_a_generation_of_another_encoder_leaves_the_former_one(installation: Installation, published: Published):
    installation.publish(1)
    published.refresh()
    installation.publish(2, encoder=HashEncoder(identity="double:another"))
    assert published.refresh() is False
    assert version_in_use(published) == 1


def test_a_generation_that_is_gone_leaves_the_former_one(installation: Installation, published: Published):
    installation.publish(1)
    published.refresh()
    shutil.rmtree(installation.publish(2))
    assert published.refresh() is False
    assert version_in_use(published) == 1


@pytest.mark.parametrize("pointer", ["", "rubbish\n", "../../etc\n", "\xff\n"])
def test_a_damaged_pointer_leaves_the_former_one(installation: Installation, published: Published, pointer: str):
    installation.publish(1)
    published.refresh()
    whole = (installation.data / "CURRENT").read_bytes()
    (installation.data / "CURRENT").write_bytes(pointer.encode("latin-1"))
    with pytest.raises(GenerationError, match=r"CURRENT.*ingest\.py"):  # whoever refreshes says so
        published.refresh()
    assert version_in_use(published) == 1
    (installation.data / "CURRENT").write_bytes(whole)
    assert published.refresh() is False
    assert version_in_use(published) == 1


def test_a_missing_pointer_leaves_the_former_one(installation: Installation, published: Published):
    installation.publish(1)
    published.refresh()
    (installation.data / "CURRENT").unlink()
    assert published.refresh() is False
    assert version_in_use(published) == 1


def test_going_back_is_a_swap_like_any_other(installation: Installation, published: Published, closed):
    first = installation.publish(1)
    installation.publish(2)
    published.refresh()
    (installation.data / "CURRENT").write_text(first.name + "\n", "ascii")
    assert published.refresh() is True
    assert closed == [2]
    assert version_in_use(published) == 1


def test_a_generation_that_cannot_be_opened_at_first_is_an_error(installation: Installation, published: Published):
    installation.publish(1, damaged="manifest.json")
    with pytest.raises(GenerationError), published.acquire():
        pass
    installation.publish(2)
    assert version_in_use(published) == 2


def test_closing_closes_everything_once(installation: Installation, published: Published, closed):
    installation.publish(1)
    published.refresh()
    installation.publish(2)
    with published.acquire():
        published.refresh()
        published.close()
        assert sorted(closed) == [1, 2]
    assert sorted(closed) == [1, 2]
    published.close()
    assert sorted(closed) == [1, 2]
