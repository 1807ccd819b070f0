"""Files of all people together stay within one bound, in the order in which they came."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.budget import ByteBudget
from bot.pictures.outcomes import PicturesBusy

MB = 1024 * 1024


async def test_forty_large_files_are_in_memory_one_at_a_time() -> None:
    """And each has its turn."""
    budget, inside, most, done = ByteBudget(24 * MB), 0, 0, []

    async def one(number: int) -> None:
        nonlocal inside, most
        async with budget.lent(20 * MB):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
            done.append(number)

    await asyncio.gather(*(one(number) for number in range(40)))
    assert most == 1
    assert done == list(range(40))


async def test_small_ones_go_together() -> None:
    """A phone's photo waits for nobody."""
    budget = ByteBudget(24 * MB)
    async with asyncio.timeout(60), budget.lent(MB), budget.lent(MB), budget.lent(100):
        pass


@given(
    sizes=st.lists(st.one_of(st.none(), st.integers(0, 40 * MB)), max_size=20),
    cancelled=st.sets(st.integers(0, 19)),
)
def test_what_is_lent_never_exceeds_the_budget_and_all_comes_back(sizes, cancelled) -> None:
    """Whoever gives up while waiting, or while holding."""

    async def run() -> None:
        budget, lent = ByteBudget(24 * MB, patience=5), 0

        async def one(size: int | None) -> None:
            nonlocal lent
            async with budget.lent(size):
                held = 24 * MB if size is None else min(max(size, MB // 2), 24 * MB)
                lent += held
                try:
                    assert lent <= 24 * MB
                    await asyncio.sleep(0)
                    await asyncio.sleep(0)
                finally:
                    lent -= held

        tasks = [asyncio.create_task(one(size)) for size in sizes]
        await asyncio.sleep(0)
        for number in cancelled & set(range(len(tasks))):
            tasks[number].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() or task.exception() is None for task in tasks)
        async with asyncio.timeout(60), budget.lent(None):
            pass

    asyncio.run(run())


async def test_waiting_has_an_end_and_so_has_the_queue() -> None:
    """Both are told as busy; the place in the queue is free again."""
    budget = ByteBudget(MB, most_waiting=1, patience=0.05)
    async with budget.lent(MB):
        waiting = asyncio.create_task(budget.lent(MB).__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(PicturesBusy):
            await budget.lent(MB).__aenter__()
        with pytest.raises(PicturesBusy):
            await waiting
    async with asyncio.timeout(60), budget.lent(MB):
        pass
