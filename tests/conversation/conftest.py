import pytest

from tests.conversation.stand_ins import open_stage


@pytest.fixture
async def stage(tmp_path, morning):
    async with open_stage(tmp_path, morning) as opened:
        yield opened
