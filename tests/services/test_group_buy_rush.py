"""A thousand people join one buy at once, over the real database."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.terms import Variant
from bot.domain.identifiers import SpecId, UserId
from bot.domain.writes import JoinBuy, OpenBuy
from bot.storage.ports import StepCommit
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.domain.group_buys.groups import NOW, steps, wanted
from tests.storage.grouping import BUY, a_buy
from tests.storage.samples import KEY
from tests.storage.shopping import session
from tests.tiers import SLOW

PEOPLE, VARIANTS, LIMIT = 1000, 20, 40


@pytest.mark.parametrize("people", [60, pytest.param(PEOPLE, marks=SLOW)])
async def test_nothing_is_oversold_and_no_claim_is_lost(tmp_path: Path, people: int) -> None:
    """Each is held or queued, whole, and each variant's pieces are at most what there is."""
    storage = SqliteStorage(tmp_path / "bot.sqlite3", Sealer(KEY), lambda: NOW)
    await storage.open()
    specs = [SpecId(f"{number:032x}") for number in range(VARIANTS)]
    buy = a_buy()
    variants = tuple(Variant(spec_id=each, steps=steps((1, 500)), limit=LIMIT) for each in specs)
    goods = buy.terms.goods.replace(variants=variants)
    buy = buy.replace(terms=buy.terms.replace(goods=goods, most_each=5))
    writes = (OpenBuy(buy),)
    await storage.conversations.commit_step(
        StepCommit(session=session(UserId(1), 1), expected_revision=None, writes=writes)
    )
    took: list[float] = []

    async def join(number: int) -> None:
        user = UserId(10_000 + number)
        claim = wanted(buy, user, 1 + number % 3, 500, spec_id=specs[number % VARIANTS])
        began = time.perf_counter()
        await storage.conversations.commit_step(
            StepCommit(
                session=session(user, 1), expected_revision=None, writes=(JoinBuy(BUY, claim),)
            )
        )
        took.append(time.perf_counter() - began)

    await asyncio.gather(*(join(number) for number in range(people)))
    whole = await storage.group_buys.buy(BUY)
    assert whole is not None
    assert [each.number for each in whole.claims] == list(range(1, people + 1))
    assert len({each.user_id for each in whole.claims}) == people
    progress = await storage.group_buys.progress(BUY)
    for each in specs:
        assert progress.of(each) <= LIMIT
    states = {each.state for each in whole.claims}
    assert states <= {ClaimState.HELD, ClaimState.WAITING}
    print(f"{people} joins, slowest {max(took):.2f} s together")  # noqa: T201 - a figure, not a bound
    await storage.close()
