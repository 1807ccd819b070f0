"""What people began as operators ends when they are operators no more.

`ADMIN_IDS` is read at the start, so this runs at each start, before anything goes on.
"""

from collections.abc import Iterable

import structlog

from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.orders import Placing
from bot.storage.ports import OrderMoved, Storage

_log = structlog.get_logger(__name__)


async def end_powers(store: Storage, operators: Iterable[int]) -> None:
    """Stop messages, withdraw invitations and open decisions of who is not among `operators`.

    What they decided and what was done is not undone. Raises `StorageUnavailable`.
    """
    now = frozenset(map(UserId, operators))
    stopped = await store.broadcasts.stop_broadcasts_of_others(now)
    revoked = await store.access.revoke_invites_of_others(now)
    undecided = await _withdraw_their_word(store, now)
    if stopped or revoked or undecided:
        _log.warning(
            "former_operators_lost_their_powers",
            messages_stopped=stopped,
            invitations_revoked=revoked,
            orders_to_decide_again=undecided,
        )


async def _withdraw_their_word(
    store: Storage, operators: frozenset[UserId]
) -> list[MerchantOrderNo]:
    """Have orders that are to be made once more on their word wait for a decision again."""
    undecided = []
    for order in await store.orders.unsettled_orders():
        if not order.vouched or order.vouched_by is None or order.vouched_by in operators:
            continue
        try:
            again = order.moved(Placing.UNRESOLVED, vouched=False, vouched_by=None)
            await store.orders.save_order(again, order.placing)
        except OrderMoved:
            continue
        undecided.append(order.order_no)
    return undecided
