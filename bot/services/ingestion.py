"""From the organizers' files to the published generation: read, check, build, verify, publish, prune; and back."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.changes import stamped
from bot.domain.language import Language
from bot.domain.programme import Programme
from bot.encoder import elsewhere
from bot.services import parity, replay, restoring
from bot.services.comparison import Changes, compare
from bot.services.publication import GotWorse, Progress, Steps, measure, now, refuse, user
from bot.services.restoring import Restored
from bot.stores import checksums, generations, knowledge_files, verification
from bot.stores.beside import Beside, ProcessDied
from bot.stores.generations import GenerationError, Version
from bot.stores.knowledge_files import Knowledge

if TYPE_CHECKING:
    from bot.domain.calibration import Calibration
    from bot.services.quality import Fall
    from bot.stores.models import SentenceEncoder

logger = logging.getLogger(__name__)

Verify = Callable[[Path, str | None], str | None]
"""Says what is wrong with the generation in a folder (and on a Chroma server), or None."""


class Result(StrEnum):
    """How an ingest ended."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """The result, what was read, and the version that is current now (None when refused)."""

    result: Result
    knowledge: Knowledge
    version: Version | None
    seconds: float
    computed: int = 0
    """Passages whose vectors had to be computed."""
    refusal: str = ""
    falls: tuple[Fall, ...] = ()
    """When it was refused because golden questions are answered worse: the figures that fell."""


def fitted_calibration(folder: Path, encoder: SentenceEncoder) -> Calibration:
    """The shipped decision, or one fitted to this encoder."""
    from bot.services.training import shipped_or_fitted

    return shipped_or_fitted(folder, encoder)


def _refusal(knowledge: Knowledge, strict: bool) -> str:
    """Why these files are not even built, or nothing."""
    if count := len(knowledge.errors):
        return f"{count} error{'' if count == 1 else 's'}"
    ids = [entry.id for entry in knowledge.samples] if strict else []
    return f"sample entries are left ({len(ids)}): {', '.join(ids[:5])}{', …' if ids[5:] else ''}" if ids else ""


@dataclass(frozen=True)
class Ingestion:
    """One installation: where its files are, and with what its index is built.

    The encoder comes from a function, because reading and refusing must not load it.
    """

    knowledge_dir: Path
    data_dir: Path
    encoder: Callable[[], SentenceEncoder]
    chroma_url: str | None = None
    calibrate: Callable[[Path, SentenceEncoder], Calibration | None] = fitted_calibration
    verifier: Callable[[], AbstractContextManager[Verify]] = verification.Verifier
    """Starts what verifies a generation."""
    beside: Callable[[Path, str], AbstractContextManager[Beside | None]] = replay.beside
    """Starts the process that helps with the work, by data directory and encoder; None does all of it in this one."""
    measure: Callable[..., tuple[Fall, ...]] = measure
    elsewhere: Callable[[], Mapping[Language, Sequence[str]]] = elsewhere.read
    """Messages far from the event, for the index to know."""

    def read(self) -> Knowledge:
        """The knowledge folder with its problems, those between the languages too; no model, index or database."""
        return parity.checked(knowledge_files.read(self.knowledge_dir))

    def publish(
        self,
        *,
        seen: Callable[[Knowledge], None] = lambda knowledge: None,
        strict: bool = False,
        rebuild: bool = False,
        who: str = "",
        reason: str = "",
        force: str = "",
        alone: bool = False,
        progress: Progress = lambda stage, done, total: None,
    ) -> Outcome:
        """Publish the folder as it is now, unless it has errors or nothing changed; `seen` is told what was read.

        When golden questions would be answered worse it refuses too, except with `force`: the reason to do so anyway.
        A generation that is damaged never stays, and with `rebuild` nothing of what was published is taken over.
        With `alone` the caller is inside `alone()`, to change the folder before and after.

        GenerationError and ModelError say what failed; the published generation stays then.
        """
        started = time.monotonic()
        with ExitStack() as processes:
            # Before the reading: what is read must not be older than what another process puts in place.
            processes.enter_context(nullcontext() if alone else self.alone())
            # Started before anything is read: both are busy for three seconds until they are of use.
            encoder = self.encoder()
            beside = processes.enter_context(self.beside(self.data_dir, encoder.name))
            verify = processes.enter_context(self.verifier())
            knowledge = self.read()
            seen(knowledge)
            if refusal := _refusal(knowledge, strict):
                return Outcome(Result.REFUSED, knowledge, None, time.monotonic() - started, refusal=refusal)
            self._tidy()
            served = self._served()
            if served and not rebuild and (unchanged := self._unchanged(served, knowledge, encoder)):
                return Outcome(Result.UNCHANGED, knowledge, unchanged, time.monotonic() - started)
            changes = self._changes(knowledge)
            draft = Version(
                generations.next_number(self.data_dir), "", knowledge.digest, encoder.identity, who or user(), now(),
                reason, generations.current_number(self.data_dir), len(knowledge.entries), 0, len(knowledge.samples),
                str(changes), forced=force,
            )  # fmt: skip

            def meanwhile(folder: Path) -> None:
                if served and not force:
                    refuse(self.measure(self.data_dir, folder, knowledge, changes, encoder, beside))

            try:
                built = self._built(
                    knowledge, encoder, draft, verify, progress, anew=rebuild, beside=beside, meanwhile=meanwhile
                )
                with built as (version, computed):
                    decision = self._folder(version) / "calibration.json"
                    generations.keep_sources(self.data_dir, version.number, knowledge.files, decision)
                    generations.publish(self.data_dir, version)
            except GotWorse as worse:
                return Outcome(
                    Result.REFUSED, knowledge, None, time.monotonic() - started, refusal=str(worse), falls=worse.falls
                )
            except ProcessDied as error:
                message = f"a process that helps to publish was ended ({error}); nothing changed, publish again"
                raise GenerationError(message) from error
            self._tidy()
            return Outcome(Result.PUBLISHED, knowledge, version, time.monotonic() - started, computed)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else publishes or goes back; generations.Busy when somebody does."""
        with generations.exclusive(self.data_dir):
            restoring.resume(self.data_dir)
            yield

    def rollback(
        self, number: int | None = None, *, who: str = "", reason: str = "",
        progress: Progress = lambda stage, done, total: None, seen: Callable[[Restored], None] = lambda restored: None,
    ) -> Version:  # fmt: skip
        """Make version `number` current again, by default the one that the current version replaced.

        Its generation is opened again when it is still there and whole, else built from its stored sources. The files
        in the folder are put back too; `seen` is told which.
        """
        with generations.exclusive(self.data_dir), self.verifier() as verify:
            with suppress(OSError):  # what served well comes back, whatever becomes of the files
                restoring.resume(self.data_dir)
            self._tidy()
            wanted = self._version_to_restore(number)
            draft = replace(wanted, who=who or user(), when=now(), reason=reason, action="rolled back")
            encoder = self.encoder()
            if self._is_servable(wanted, encoder, verify):
                from bot.stores import index_files

                # What comes back counts as changed now: calendars take only what grows.
                folder = self._folder(wanted)
                index_files.replace_programme(folder, self._stamped(index_files.read_contents(folder)[1]))
                checksums.renew(folder, "programme.json")
                return self._go_back(draft, seen)
            files, calibration = generations.sources(self.data_dir, wanted.number)
            knowledge = knowledge_files.read_files(files)
            if not knowledge.entries:
                raise GenerationError(f"the sources of version {wanted.number} hold no entry; choose another version")
            keep = calibration if wanted.model == encoder.identity else None
            draft = replace(draft, model=encoder.identity)
            with self._built(knowledge, encoder, draft, verify, progress, calibration=keep) as (version, _):
                return self._go_back(version, seen)

    def versions(self) -> list[Version]:
        """Every publication and rollback, oldest first."""
        return generations.history(self.data_dir)

    def current(self) -> int | None:
        """Number of the version that is served now."""
        return generations.current_number(self.data_dir)

    def _go_back(self, version: Version, seen: Callable[[Restored], None]) -> Version:
        restored = restoring.go_back(self.knowledge_dir, self.data_dir, version, datetime.now(UTC))
        self._tidy()
        seen(restored)
        return version

    def _folder(self, version: Version) -> Path:
        return self.data_dir / "generations" / version.generation

    def _tidy(self) -> None:
        """Close gaps in the log and remove what is not kept; call with the lock held."""
        generations.recover(self.data_dir)
        removed = generations.prune(self.data_dir)
        if self.chroma_url:
            from bot.stores import index_chroma

            for name in removed:
                try:
                    index_chroma.discard(name, self.chroma_url)
                except Exception:  # a leftover collection costs space, nothing else
                    logger.warning("the collection %s could not be removed from the Chroma server", name)

    def _served(self) -> Path | None:
        """The folder of the current generation, None when there is none or it is damaged."""
        try:
            folder = generations.current(self.data_dir)
        except GenerationError:
            return None
        if files := checksums.damaged(folder):
            logger.warning("generation %s is damaged: %s", folder.name, ", ".join(files[:3]))
            return None
        return folder

    def _unchanged(self, served: Path, knowledge: Knowledge, encoder: SentenceEncoder) -> Version | None:
        """The current version when it was built from the same files by the same encoder and Chroma."""
        from bot.stores import index_files

        try:
            manifest = index_files.read_manifest(served)
        except GenerationError:
            return None
        same = (manifest.knowledge, manifest.model, manifest.chromadb, manifest.search) == (
            knowledge.digest, encoder.identity, installed_version("chromadb"), index_files.search_digest(),
        )  # fmt: skip
        return generations.versions(self.data_dir).get(manifest.version) if same else None

    def _changes(self, knowledge: Knowledge) -> Changes:
        from bot.stores import index_files

        try:
            return compare(
                index_files.read_contents(generations.current(self.data_dir)), (knowledge.entries, knowledge.programme)
            )
        except GenerationError:
            return compare(((), knowledge.programme), (knowledge.entries, knowledge.programme))

    @contextmanager
    def _built(
        self, knowledge: Knowledge, encoder: SentenceEncoder, draft: Version, verify: Verify, progress: Progress, *,
        calibration: bytes | None = None, anew: bool = False, beside: Beside | None = None,
        meanwhile: Callable[[Path], None] = lambda folder: None,
    ) -> Iterator[tuple[Version, int]]:  # fmt: skip
        """Build and verify a generation; it is removed again when that or the publication fails.

        With `anew` from nothing, else what undamaged generations know is taken over.
        `meanwhile` is done while the verification works in a process of its own.
        """
        from bot.stores import index, index_chroma, index_files

        folder = generations.new_folder(self.data_dir, draft.number, knowledge.digest)
        try:
            if self.chroma_url:
                index_chroma.discard(folder.name, self.chroma_url)
            known = [] if anew else checksums.whole(generations.kept(self.data_dir))
            former = index_files.Former.of(known, encoder.identity)
            steps = Steps(progress)
            programme = self._stamped(replace(knowledge.programme, version=draft.number))
            manifest = index.build(
                folder, knowledge.entries, programme, encoder,
                version=draft.number, created=datetime.now(UTC), digest=knowledge.digest, former=former,
                elsewhere=self.elsewhere(), progress=steps, chroma_url=self.chroma_url, beside=beside,
            )  # fmt: skip
            progress("calibrating", 0, 1)
            if calibration is not None:
                (folder / "calibration.json").write_bytes(calibration)
            elif fitted := self.calibrate(folder, encoder):
                index_files.write_calibration(folder, fitted)
            checksums.write(folder)
            progress("verifying", 0, 1)
            with ThreadPoolExecutor(1, "verification") as pool:
                verified = pool.submit(verify, folder, self.chroma_url)
                meanwhile(folder)
            if problem := verified.result():
                raise GenerationError(f"the new generation is not sound and was not published: {problem}")
            progress("verifying", 1, 1)
            yield replace(draft, generation=folder.name, passages=manifest.passages), steps.computed
        except BaseException:
            if folder not in generations.kept(self.data_dir):
                shutil.rmtree(folder, ignore_errors=True)
            raise

    def _stamped(self, programme: Programme) -> Programme:
        """With the running number of the publication in which each session last changed; call with the lock held."""
        from bot.stores import index_files

        try:
            former = index_files.read_contents(generations.current(self.data_dir))[1]
        except GenerationError:
            former = None
        return stamped(programme, former, len(generations.history(self.data_dir)) + 1)

    def _version_to_restore(self, number: int | None) -> Version:
        known = generations.versions(self.data_dir)
        current = self.current()
        if number is None:
            number = known[current].parent if current in known else None
            if number is None:
                raise GenerationError("there is no version before the current one; see: python ingest.py --versions")
        if number not in known:
            raise GenerationError(f"there is no version {number}; see: python ingest.py --versions")
        if number == current and self._served():
            raise GenerationError(f"version {number} is the current one already")
        # A version that was rebuilt stands in another directory than at first.
        newest = [version for version in generations.history(self.data_dir) if version.number == number][-1]
        return replace(known[number], generation=newest.generation, model=newest.model)

    def _is_servable(self, version: Version, encoder: SentenceEncoder, verify: Verify) -> bool:
        folder = self._folder(version)
        return folder.is_dir() and version.model == encoder.identity and verify(folder, self.chroma_url) is None
