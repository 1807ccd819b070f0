"""Every line of every cart, followed commit by commit: none is lost, none is ordered twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MerchantOrderNo, OfferId, SpecId
from bot.domain.orders import Order, Placing
from bot.domain.sessions import Session, Step
from bot.domain.splitting import MOST_IN_ORDER, orders_of
from bot.domain.writes import ClaimOrder
from bot.storage.ports import StepCommit

Goods = tuple[OfferId, SpecId | None]
_BRINGS_LINES = {"undo", "reorder", "reorder_yes", "reorder_pick"}
_WHERE_LINES_ARE_TAKEN = {Step.OFFER, Step.QUANTITY, Step.LINES}


class Ledger:
    """The carts as last committed. `given` are commits that put lines there from outside."""

    def __init__(self) -> None:
        self.given: set[tuple[int, int]] = set()
        self._last: dict[int, Session] = {}
        self._seen = 0

    def follow(
        self,
        commits: Sequence[StepCommit],
        sent: Mapping[int, dict[str, Any]],
        orders: Mapping[MerchantOrderNo, Order],
    ) -> None:
        """Go through what was committed since the last time."""
        for commit in commits[self._seen :]:
            after = commit.session
            before = self._last.get(after.user_id)
            if before is not None and before.session_id == after.session_id:
                act = _act(sent.get(commit.update_id or 0, {}))
                claims = [each.order for each in commit.writes if isinstance(each, ClaimOrder)]
                self._follow(before, after, act, claims, orders)
            self._last[after.user_id] = after
        self._seen = len(commits)

    def _follow(
        self,
        before: Session,
        after: Session,
        act: str,
        claims: Sequence[Order],
        orders: Mapping[MerchantOrderNo, Order],
    ) -> None:
        had, has = _goods(before.cart.lines), _goods(after.cart.lines)
        assert len(has) == len(after.cart.lines), "a variant stands twice"
        sellers = [each.seller_id for each in after.cart.drafts]
        assert len(set(sellers)) == len(sellers), "a seller has two drafts"
        for claim in claims:
            assert claim.lines == orders_of(before.draft)[0]
            assert len(claim.lines) <= MOST_IN_ORDER
            assert claim.note == before.draft.note
            assert had == has, "lines left before their order was made"
        gone, come = had.keys() - has.keys(), has.keys() - had.keys()
        if before.step is Step.PLACING:
            order = orders[MerchantOrderNo(before.ordered.order_no or "")]
            assert not come, "lines came back from an order"
            left = after.step is not Step.PLACING
            ordered = left and (order.placing is Placing.PLACED or act == "leave")
            assert gone == (set(_goods(order.lines)) if ordered else set()), act
            return
        given = (after.user_id, after.revision) in self.given
        if come or any(had[each] != has[each] for each in had.keys() & has.keys()):
            assert given or act in _BRINGS_LINES or before.step in _WHERE_LINES_ARE_TAKEN, act
        if gone:
            assert gone in _droppable(before, act), f"{len(gone)} lines lost by {act}"


def _droppable(before: Session, act: str) -> list[set[Goods]]:
    """The sets of lines that an act of the person may take out of the cart."""
    if act == "remove":
        return [{each} for each in _goods(before.draft.lines)]
    if act == "drop":
        return [set(_goods(each.lines)) for each in before.cart.drafts]
    if act in {"over", "/cancel"}:
        return [set(_goods(before.draft.lines))]
    return []


def _goods(lines: Sequence[OrderLine]) -> dict[Goods, int]:
    return {(each.offer_id, each.spec_id): each.quantity for each in lines}


def _act(update: dict[str, Any]) -> str:
    """Name what a person did: a button's action, or the text."""
    if "callback_query" in update:
        parts = str(update["callback_query"]["data"]).split(".", 4)
        return parts[3] if len(parts) == 5 else ""
    return str(update.get("message", {}).get("text", ""))
