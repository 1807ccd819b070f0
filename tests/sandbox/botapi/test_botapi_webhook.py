import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from botapi_server import ANNA, BEN

SECRET = "s3cret_-"


class Receiver:
    """The bot's side of a webhook; `statuses` are given out before 200."""

    def __init__(self):
        self.got = []
        self.secrets = []
        self.statuses = []
        self.hold = None
        self.arrived = asyncio.Condition()

    async def handle(self, request):
        body = await request.json()
        status = self.statuses.pop(0) if self.statuses else 200
        async with self.arrived:
            self.got.append(body)
            self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
            self.arrived.notify_all()
        if self.hold is not None and body["message"]["from"]["id"] == self.hold[0]:
            await self.hold[1].wait()
        return web.Response(status=status)

    async def wait_for(self, count):
        async with asyncio.timeout(60), self.arrived:
            await self.arrived.wait_for(lambda: len(self.got) >= count)
        return [update["message"]["text"] for update in self.got]


@asynccontextmanager
async def receiving():
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver():
    async with receiving() as running:
        yield running


async def pending_gone(server):
    async with asyncio.timeout(60):
        while (await server.get("updates"))["pending"]:  # noqa: ASYNC110 -- seen over HTTP only
            await asyncio.sleep(0.02)


async def test_delivery_in_order_with_the_secret(server, receiver, bot):
    """Waiting and new updates of a chat arrive in order, each with the secret."""
    await server.say(ANNA, "1")
    await bot.set_webhook(receiver.url, secret_token=SECRET)
    await server.say(ANNA, "2")
    await server.say(ANNA, "3")
    assert await receiver.wait_for(3) == ["1", "2", "3"]
    assert receiver.secrets == [SECRET] * 3
    await pending_gone(server)
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (receiver.url, 0, 40)


async def test_failed_deliveries_are_repeated_in_order(server, receiver, bot):
    """Anything but 2xx is sent again, before the chat's next update, and reported."""
    await server.patch(webhook_retry_first=0.05)
    receiver.statuses = [500, 302, 401]
    await bot.set_webhook(receiver.url)
    await server.say(ANNA, "1")
    await server.say(ANNA, "2")
    assert await receiver.wait_for(5) == ["1", "1", "1", "1", "2"]
    info = await bot.get_webhook_info()
    assert "Wrong response from the webhook: 401" in info.last_error_message


async def test_an_unreachable_webhook_keeps_updates(server, bot):
    """Nothing is lost while nobody listens; polling gets it after deleteWebhook."""
    await bot.set_webhook("http://127.0.0.1:1/hook")
    await server.say(ANNA, "1")
    async with asyncio.timeout(60):
        # The failure is seen over HTTP only, so the test asks until it is there.
        while not (info := await bot.get_webhook_info()).last_error_message:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert info.pending_update_count == 1
    await bot.delete_webhook()
    assert [update.message.text for update in await bot.get_updates()] == ["1"]


async def test_chats_do_not_wait_for_each_other(server, receiver, bot):
    """A slow answer to one chat's update does not hold back another chat's."""
    await bot.set_webhook(receiver.url)
    receiver.hold = (ANNA, asyncio.Event())
    await server.say(ANNA, "slow")
    await receiver.wait_for(1)
    await server.say(ANNA, "later")
    await server.say(BEN, "fast")
    assert await receiver.wait_for(2) == ["slow", "fast"]
    receiver.hold[1].set()
    assert (await receiver.wait_for(3))[-1] == "later"


async def test_one_connection_means_one_at_a_time(server, receiver, bot):
    """max_connections bounds concurrent deliveries."""
    await bot.set_webhook(receiver.url, max_connections=1)
    receiver.hold = (ANNA, asyncio.Event())
    await server.say(ANNA, "slow")
    await receiver.wait_for(1)
    await server.say(BEN, "fast")
    await asyncio.sleep(0.1)
    assert len(receiver.got) == 1
    receiver.hold[1].set()
    assert await receiver.wait_for(2) == ["slow", "fast"]


async def test_updates_can_be_sent_twice(server, receiver, bot):
    """The switch repeats what was taken, as after a lost answer; so does a redelivery."""
    await server.patch(webhook_send_twice=True)
    await bot.set_webhook(receiver.url)
    await server.say(ANNA, "1")
    assert await receiver.wait_for(2) == ["1", "1"]
    assert receiver.got[0] == receiver.got[1]
    await server.post("botapi/redeliver", update_id=receiver.got[0]["update_id"])
    assert await receiver.wait_for(3) == ["1", "1", "1"]


async def test_what_the_methods_say(server):
    """Results carry the descriptions that Telegram adds."""
    url = "http://127.0.0.1:1/hook"
    said = [
        (await server.call("setWebhook", url=url))["description"],
        (await server.call("setWebhook", url=url))["description"],
        (await server.call("deleteWebhook"))["description"],
        (await server.call("setWebhook", url=""))["description"],
    ]
    assert said == [
        "Webhook was set",
        "Webhook is already set",
        "Webhook was deleted",
        "Webhook is already deleted",
    ]


async def test_dropping_pending_updates(server):
    """drop_pending_updates empties the queue."""
    await server.say(ANNA, "1")
    await server.ok("deleteWebhook", drop_pending_updates=True)
    assert await server.updates() == []


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"url": "http://example.com/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.com:8080/x"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "ftp://example.com"}, "bad webhook: invalid URL specified"),
        (
            {"url": "https://example.com", "secret_token": "ä"},
            "secret token contains unallowed characters",
        ),
        (
            {"url": "https://example.com", "max_connections": 0},
            "max_connections must be between 1 and 100",
        ),
        ({}, 'parameter "url" is required'),
    ],
)
async def test_webhooks_that_are_refused(server, params, description):
    """Addresses outside this machine obey Telegram's rules."""
    assert await server.refused("setWebhook", **params) == (400, f"Bad Request: {description}")


async def test_a_reset_keeps_the_webhook(server, receiver, bot):
    """After a reset the bot is still reached where it was."""
    await bot.set_webhook(receiver.url)
    await server.post("botapi/reset")
    await server.say(ANNA, "1")
    assert await receiver.wait_for(1) == ["1"]
