"""Published generations on disk: directories, the pointer to the current one, the log of versions, and the lock."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

_NAME = re.compile(r"(\d{4,})-[0-9a-f]{8}(?:\.\d+)?")


class GenerationError(Exception):
    """Nothing can be served or changed; the message says why and what to do."""


class Busy(GenerationError):
    """Another process publishes or goes back at this moment; nothing is wrong, it only takes a while."""


@dataclass(frozen=True)
class Version:
    """One publication: what was published, by whom, and what it replaced."""

    number: int
    generation: str
    """Name of the directory with its index."""
    digest: str
    model: str
    who: str
    when: str
    """UTC, ISO 8601."""
    reason: str = ""
    parent: int | None = None
    """The version that was current before."""
    entries: int = 0
    passages: int = 0
    samples: int = 0
    changes: str = ""
    action: str = "published"
    """How it became current: published or rolled back."""
    forced: str = ""
    """Why it was published although golden questions were answered worse."""


def pointer(data_dir: Path) -> str | None:
    """Name of the current generation, None while nothing is published; cheap enough to ask every second."""
    try:
        name = (data_dir / "CURRENT").read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GenerationError(
            f"{data_dir / 'CURRENT'} cannot be read ({error.strerror}); "
            "BOT_DATA_DIR must be a folder in which this user may read and write"
        ) from error
    if not _NAME.fullmatch(name):
        raise GenerationError(f"{data_dir / 'CURRENT'} is damaged; run: python ingest.py")
    return name


def current(data_dir: Path) -> Path:
    """Directory of the current generation; GenerationError when there is none."""
    name = pointer(data_dir)
    if name is None:
        raise GenerationError(f"nothing is published in {data_dir} yet; run: python ingest.py")
    folder = data_dir / "generations" / name
    if not folder.is_dir():
        raise GenerationError(f"the published generation {name} is missing in {data_dir}; run: python ingest.py")
    return folder


def prepare(data_dir: Path) -> None:
    """Make the data directory, readable by its owner alone."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # a mounted volume may belong to somebody else
        data_dir.chmod(0o700)
    for name in ("generations", "versions"):
        (data_dir / name).mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Hold the ingest lock; the kernel releases it even when the process is killed."""
    prepare(data_dir)
    with (data_dir / "ingest.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise Busy(f"another ingest is at work ({holder}); wait until it has finished") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def new_folder(data_dir: Path, number: int, digest: str) -> Path:
    """A fresh directory for a generation; one that was published before is never built over."""
    name = f"{number:04d}-{digest[:8]}"
    for attempt in range(1_000):
        folder = data_dir / "generations" / (f"{name}.{attempt}" if attempt else name)
        if not folder.exists():
            folder.mkdir(mode=0o700)
            return folder
    raise GenerationError(f"there are too many directories {name}.* in {data_dir / 'generations'}; remove them")


def publish(data_dir: Path, version: Version) -> None:
    """Make a complete generation the current one: everything on disk first, then the pointer, then the log.

    A kill before the pointer leaves the former generation, a kill after it only a gap in the log,
    which `recover` closes.
    """
    folder = data_dir / "generations" / version.generation
    line = json.dumps(asdict(version), ensure_ascii=False)
    (folder / "publication.json").write_text(line, "utf-8")
    _sync_tree(folder)
    _sync(data_dir / "generations")
    _write_through(data_dir / "CURRENT", (version.generation + "\n").encode())
    _append(data_dir, line)


def recover(data_dir: Path) -> None:
    """Write what a killed publication could not write into the log any more; call with the lock held."""
    try:
        folder = current(data_dir)
        version = _version((folder / "publication.json").read_text("utf-8"))
    except (GenerationError, OSError, ValueError):
        return
    if version is not None and (not (log := history(data_dir)) or log[-1].generation != folder.name):
        _append(data_dir, json.dumps(asdict(version), ensure_ascii=False))


def history(data_dir: Path) -> list[Version]:
    """Every publication and rollback, oldest first; a torn last line is left out."""
    try:
        lines = (data_dir / "versions" / "versions.jsonl").read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [version for line in lines if (version := _version(line)) is not None]


def versions(data_dir: Path) -> dict[int, Version]:
    """The versions that were published, by number; each as it was published first."""
    found: dict[int, Version] = {}
    for version in history(data_dir):
        found.setdefault(version.number, version)
    return found


def current_number(data_dir: Path) -> int | None:
    """Number of the current version; when the pointer cannot be read, of the one that was published last."""
    try:
        name = pointer(data_dir)
    except GenerationError:
        return log[-1].number if (log := history(data_dir)) else None
    return None if name is None else int(name.partition("-")[0])


def next_number(data_dir: Path) -> int:
    """The number of the next version; numbers are never used twice."""
    return max([*versions(data_dir), current_number(data_dir) or 0], default=0) + 1


def kept(data_dir: Path) -> list[Path]:
    """Directories of the current generation and of the one served before it, as far as they exist."""
    names: list[str] = []
    with contextlib.suppress(GenerationError):
        if name := pointer(data_dir):
            names.append(name)
    for version in reversed(history(data_dir)):
        if version.generation not in names and (data_dir / "generations" / version.generation).is_dir():
            names.append(version.generation)
            break
    return [folder for name in names if (folder := data_dir / "generations" / name).is_dir()]


def prune(data_dir: Path) -> list[str]:
    """Remove every generation but the kept ones, and what killed builds left; the names that went."""
    keep = {folder.name for folder in kept(data_dir)}
    published = {str(number) for number in versions(data_dir)}
    removed = []
    for folder in sorted((data_dir / "generations").iterdir()):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder.name)
    for folder in (data_dir / "versions").iterdir():
        if folder.is_dir() and folder.name not in published:
            shutil.rmtree(folder, ignore_errors=True)
    return removed


def keep_sources(data_dir: Path, number: int, files: Mapping[str, bytes], calibration: Path) -> None:
    """Store what a version was made from, so that it can be built again for ever."""
    folder = data_dir / "versions" / str(number)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path], zipfile.ZIP_DEFLATED)
    _write_through(folder / "knowledge.zip", buffer.getvalue())
    if calibration.exists():
        _write_through(folder / "calibration.json", calibration.read_bytes())
    _sync(data_dir / "versions")


def sources(data_dir: Path, number: int) -> tuple[dict[str, bytes], bytes | None]:
    """The knowledge files of a version by path, and its calibration."""
    folder = data_dir / "versions" / str(number)
    try:
        with zipfile.ZipFile(folder / "knowledge.zip") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile) as error:
        raise GenerationError(f"the sources of version {number} are not there any more: {error}") from error
    calibration = folder / "calibration.json"
    return files, calibration.read_bytes() if calibration.exists() else None


def _version(line: str) -> Version | None:
    known = {field.name for field in fields(Version)}
    try:
        return Version(**{key: value for key, value in json.loads(line).items() if key in known})
    except (ValueError, TypeError, AttributeError):
        return None


def _append(data_dir: Path, line: str) -> None:
    path = data_dir / "versions" / "versions.jsonl"
    # A torn line of a killed run must not swallow the next one.
    torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + line + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _write_through(path: Path, content: bytes) -> None:
    """Replace a file so that after a crash it is wholly old or wholly new."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for here, _, names in os.walk(folder):
        for name in names:
            _sync(Path(here) / name)
        _sync(Path(here))
