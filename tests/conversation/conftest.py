import pytest

from tests.conversation.publishing_stage import open_house
from tests.conversation.stand_ins import open_stage


@pytest.fixture
async def stage(tmp_path, morning):
    async with open_stage(tmp_path, morning) as opened:
        yield opened


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as opened:
        yield opened
