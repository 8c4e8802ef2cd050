"""A file that an organizer sent: its bytes come over HTTP from the local Bot API server."""

import pytest

from bot.channels.telegram.files import Files
from bot.channels.telegram.line import open_line
from bot.channels.telegram.pacing import Gate
from tests.botapi.fixtures import api, settings_for  # noqa: F401


async def test_the_bytes_of_a_file_and_of_one_that_is_gone(api, tmp_path):  # noqa: F811
    api.world.files["AgAD1"] = {"name": "hours.zip", "content": b"PK\x03\x04 bytes"}
    line = open_line(settings_for(api, tmp_path))
    async with line:
        files = Files(line, Gate())
        assert await files.fetch("AgAD1") == b"PK\x03\x04 bytes"
        with pytest.raises(OSError, match="BadRequest"):
            await files.fetch("gone")
