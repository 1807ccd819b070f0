import pytest
from botapi_server import ANNA, serving


@pytest.fixture
async def server():
    async with serving() as running:
        yield running


@pytest.fixture
async def chat(server):
    """Anna's chat, which she has started; the bot's queue is empty again."""
    await server.say(ANNA, "/start")
    last = (await server.updates())[-1]["update_id"]
    await server.updates(offset=last + 1)
    return ANNA


@pytest.fixture
async def bot(server):
    async with server.bot() as client:
        yield client
