"""Logs without secrets: every handler redacts tokens and passwords, and the network libraries keep quiet."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.settings import Settings

_TOKEN = re.compile(r"\d{5,}(:|%3A)[\w-]{20,}", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_QUIET = ("httpx", "httpcore", "telegram", "telegram.ext", "uvicorn", "uvicorn.access", "sqlalchemy", "aiosqlite",
          "asyncpg", "chromadb", "alembic", "jieba", "hpack")  # fmt: skip
HIDDEN = "[hidden]"


class Redaction(logging.Filter):
    """Takes secrets out of the finished line and out of tracebacks; sits on handlers, so nothing passes beside it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self.secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text without what must not be seen."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return _CREDENTIALS.sub(HIDDEN, _TOKEN.sub(HIDDEN, text))

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact one record in place."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            # The words of an exception may quote a person; its kind and place do not.
            frames = traceback.extract_tb(record.exc_info[1].__traceback__)
            places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:]))
            message = f"{message} ({type(record.exc_info[1]).__name__} at {places})"
        record.msg, record.args = self.hide(message), ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def set_up(settings: Settings, level: int = logging.INFO) -> None:
    """Log to standard error; whatever handlers exist are redacted too."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    root.setLevel(level)
    redaction = Redaction(_secrets(settings))
    for handler in root.handlers:
        if not any(isinstance(known, Redaction) for known in handler.filters):
            handler.addFilter(redaction)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _secrets(settings: Settings) -> Iterable[str]:
    for secret in (settings.token, settings.webhook_secret):
        if secret is not None:
            yield secret.get_secret_value()
    for address in (settings.proxy, settings.database_url):
        if address is not None and (password := urlsplit(address.get_secret_value()).password):
            yield password
