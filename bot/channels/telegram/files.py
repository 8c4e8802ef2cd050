"""Files that people sent: their bytes, for the few messages whose content we read."""

from __future__ import annotations

from telegram.error import TelegramError

from bot.channels.telegram.line import Line
from bot.channels.telegram.pacing import Gate

LARGEST = 20_000_000
"""What the Bot API lets a bot download."""


class Files:
    """Fetches by file id."""

    def __init__(self, line: Line, gate: Gate) -> None:
        self._line, self._gate = line, gate

    async def fetch(self, file_id: str) -> bytes:
        """The bytes of a file; OSError when Telegram does not give them."""
        try:
            async with self._gate:
                file = await self._line.get_file(file_id)
            if (file.file_size or 0) > LARGEST:
                raise OSError("the file is larger than a bot may download")
            return bytes(await file.download_as_bytearray())
        except TelegramError as error:
            raise OSError(f"the file cannot be fetched: {type(error).__name__}") from error
