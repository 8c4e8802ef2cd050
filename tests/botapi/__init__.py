"""A local Bot API server for tests and benchmarks: real offsets, real error texts, faults on demand."""

from tests.botapi.markup import MarkupError, parse_html
from tests.botapi.server import LocalBotApi, RemoteBotApi
from tests.botapi.world import TOKEN, World

__all__ = ["TOKEN", "LocalBotApi", "MarkupError", "RemoteBotApi", "World", "parse_html"]
