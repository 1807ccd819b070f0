"""People are told of an order's outcome until they have seen it, and of failures of ours."""

import asyncio

import pytest
from telegram.error import NetworkError

from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Order, Placing
from bot.domain.sessions import Session, Step
from bot.domain.writes import ClaimOrder
from bot.storage.ports import StepCommit, StorageUnavailable
from bot.telling.teller import Teller
from tests.bot.toy_journey import ANN, Toy
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.samples import order


def _outcome(session: Session, _: Order) -> Session:
    return session.replace(step=Step.OFFER)


class Told:
    """A teller over a toy journey in which Ann has a settled order."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        self.teller = Teller(
            toy.bot, toy.storage, toy.conversation, _outcome, redraw_delays=(0.02,)
        )

    async def settle(self) -> Order:
        await self.toy.say("5")
        session = await self.toy.session()
        claimed = order(1, UserId(ANN)).replace(chat_id=ChatId(ANN))
        moved = session.replace(revision=session.revision + 1)
        await self.toy.storage.commit_step(
            StepCommit(
                session=moved, expected_revision=session.revision, writes=(ClaimOrder(claimed),)
            )
        )
        refused = claimed.moved(Placing.REFUSED)
        await self.toy.storage.save_order(refused, Placing.CLAIMED)
        return refused

    async def untold(self) -> int:
        return len(await self.toy.storage.untold_orders())


@pytest.fixture
async def told() -> Told:
    return Told(await Toy().open())


async def test_an_outcome_is_shown_and_then_called_told(told: Told) -> None:
    """The conversation moves, its screen is drawn, and only then the order counts as told."""
    settled = await told.settle()
    await told.teller.order_changed(settled)
    assert told.toy.telegram.shown[-1].text == "offer 5"
    assert await told.untold() == 0


async def test_an_outcome_is_shown_again_until_it_is_seen(told: Told) -> None:
    """However long Telegram is away: the session moves once, its screen is tried on and on."""
    settled = await told.settle()
    for _ in range(6):
        told.toy.telegram.break_off("sendMessage", NetworkError("broken"))
    await told.teller.order_changed(settled)
    assert told.toy.telegram.shown[-1].text == "offer 5"
    assert len(told.toy.telegram.of("sendMessage")) == 8
    assert await told.untold() == 0


async def test_what_was_not_shown_before_stopping_is_left_for_the_next_start(told: Told) -> None:
    """The order stays untold, so the next run tells it."""
    settled = await told.settle()
    for _ in range(1000):
        told.toy.telegram.break_off("sendMessage", NetworkError("broken"))
    telling = asyncio.create_task(told.teller.order_changed(settled))
    await asyncio.sleep(0.1)
    told.teller.close()
    await asyncio.wait_for(telling, 60)
    assert await told.untold() == 1


async def test_a_person_is_told_of_a_failed_update_and_where_they_stand(told: Told) -> None:
    """In their language: that it failed on our side, then the current screen."""
    await told.toy.say("5")
    await told.teller.update_parked(told.toy.read(told.toy.text("7")))
    failed, screen = told.toy.telegram.shown[-2:]
    assert "failed on our side" in failed.text
    assert screen.text == "start 5"


async def test_a_spoilt_session_does_not_keep_the_person_from_being_told() -> None:
    """Without a language of their own, Telegram's is taken."""

    class Spoilt(MemoryStorage):
        async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
            raise StorageUnavailable("a stored Session cannot be read")

    told = Told(await Toy(Spoilt()).open())
    raw = told.toy.text("7")
    raw["message"]["from"]["language_code"] = "zh-hans"
    with pytest.raises(StorageUnavailable):
        await told.teller.update_parked(told.toy.read(raw))
    assert any("\u4e00" <= each <= "\u9fff" for each in told.toy.telegram.shown[-1].text)


async def test_nobody_is_told_in_a_group(told: Told) -> None:
    """What failed there is for the operator alone."""
    raw = told.toy.text("7")
    raw["message"]["chat"] = {"id": -5, "type": "group", "title": "G"}
    await told.teller.update_parked(told.toy.read(raw))
    assert told.toy.telegram.calls == []
