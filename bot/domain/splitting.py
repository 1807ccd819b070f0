"""More lines than one order takes: which of them are ordered together, and in which order.

More than 50 SKUs in one call are split by the marketplace in unnamed ways (contract 5.2), so
they are split here, where the person sees it before agreeing.
"""

from collections.abc import Iterable

from bot.domain.drafts import Draft, OrderLine
from bot.domain.identifiers import OfferId

MOST_IN_ORDER = 50

Lines = tuple[OrderLine, ...]


def orders_of(draft: Draft) -> tuple[Lines, ...]:
    """Return the orders to make of a draft, one after the other, each of `MOST_IN_ORDER` at most.

    Lines of one offer stay together where they fit, since its minimum counts them together; an
    offer with more is cut so that each piece reaches the minimum, where that can be. What is left
    after the first order gives the very orders that followed it.
    """
    lines, orders = draft.lines, []
    while len(lines) > MOST_IN_ORDER:
        first = _first_order(lines)
        orders.append(first)
        gone = set(map(_goods, first))
        lines = tuple(each for each in lines if _goods(each) not in gone)
    return (*orders, lines) if lines else ()


def left_after(draft: Draft, ordered: Iterable[OrderLine]) -> Draft:
    """Return what stays in a draft when some of its lines were ordered: its later orders."""
    left = draft.without(ordered)
    several = draft.orders_made or len(orders_of(draft)) > 1
    return left.replace(orders_made=draft.orders_made + 1) if several and left.lines else left


def _first_order(lines: Lines) -> Lines:
    """Fill an order with offers, or pieces of long ones, in the draft's sequence."""
    by_offer: dict[OfferId, Lines] = {}
    for line in lines:
        by_offer[line.offer_id] = (*by_offer.get(line.offer_id, ()), line)
    order: Lines = ()
    for of_offer in by_offer.values():
        order += _piece(of_offer, MOST_IN_ORDER - len(order))
    return order


def _piece(lines: Lines, room: int) -> Lines:
    """Return what of an offer goes into an order that has `room`; nothing where it won't do."""
    if len(lines) <= MOST_IN_ORDER:
        return lines if len(lines) <= room else ()
    fair = _cut(lines, room) or _dealt(lines, room) or _weighed(lines, room)
    return fair or (lines[:room] if room == MOST_IN_ORDER else ())


def _cut(lines: Lines, room: int) -> Lines:
    """Return as many lines from the front as leave every piece its minimum."""
    further = -(-len(lines) // MOST_IN_ORDER) - 1
    sizes = range(room, len(lines) - further * MOST_IN_ORDER - 1, -1)
    return next((lines[:size] for size in sizes if _fair(lines, lines[:size])), ())


def _dealt(lines: Lines, room: int) -> Lines:
    """Return every n-th line by quantity, where cutting in place would starve a piece."""
    pieces = -(-len(lines) // MOST_IN_ORDER)
    by_quantity = sorted(range(len(lines)), key=lambda index: -lines[index].quantity)
    dealt = tuple(lines[index] for index in sorted(by_quantity[::pieces]))
    return dealt if len(dealt) <= room and _fair(lines, dealt) else ()


def _weighed(lines: Lines, room: int) -> Lines:
    """Return the first of pieces as equal in units as can be, where few lines have most of them."""
    rooms = [room, *[MOST_IN_ORDER] * (-(-len(lines) // MOST_IN_ORDER) - 1)]
    if sum(rooms) < len(lines):
        return ()
    units = [0] * len(rooms)
    first: list[int] = []
    for index in sorted(range(len(lines)), key=lambda index: -lines[index].quantity):
        lightest = min((piece for piece, left in enumerate(rooms) if left), key=units.__getitem__)
        rooms[lightest] -= 1
        units[lightest] += lines[index].quantity
        if lightest == 0:
            first.append(index)
    piece = tuple(lines[index] for index in sorted(first))
    return piece if _fair(lines, piece) else ()


def _fair(lines: Lines, first: Lines) -> bool:
    """Tell whether a first piece reaches the minimum and leaves enough for those after it."""
    minimum = max(line.minimum for line in lines)
    after = -(-(len(lines) - len(first)) // MOST_IN_ORDER)
    rest = _units(lines) - _units(first)
    return _units(first) >= minimum and rest >= minimum * after


def _units(lines: Lines) -> int:
    return sum(line.quantity for line in lines)


def _goods(line: OrderLine) -> tuple[OfferId, str | None]:
    return line.offer_id, line.spec_id
