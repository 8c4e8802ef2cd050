"""A progress bar for commands that people start in a terminal."""

from __future__ import annotations

import sys


class Bar:
    """One tqdm bar a stage, on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._stage = ""
        self._bar = None

    def __enter__(self) -> Bar:
        return self

    def __call__(self, stage: str, done: int, total: int) -> None:
        """So much of a stage is done."""
        from tqdm import tqdm

        if stage != self._stage:
            self._close()
            self._stage = stage
            self._bar = tqdm(
                total=total, desc=stage, leave=False, disable=self._quiet or None, file=sys.stderr,
                bar_format="{desc:>18} |{bar}| {n}/{total}",
            )  # fmt: skip
        self._bar.update(done - self._bar.n)

    def __exit__(self, *details: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
