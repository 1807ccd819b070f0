"""A group buy's orders belong to whoever runs the buy, and go with it when it is taken over.

Whoever works on such an order meanwhile knows it as its first organiser's: what they store says
what became of it, never whose it is.
"""

from bot.domain.group_buys.buys import FOLLOWED, GroupBuy
from bot.domain.orders import Order
from bot.storage.places import place_of_order
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_FOLLOWED = ", ".join(f"'{each.value}'" for each in sorted(FOLLOWED))
_MOVED = f"UPDATE group_buys SET moved = moved + 1 WHERE buy_id = ? AND state IN ({_FOLLOWED})"  # noqa: S608 - states


def hand_over(connection: Connection, database: Database, buy: GroupBuy) -> None:
    """Make the orders of a buy its organiser's: theirs to pay, to follow and to be told of."""
    for order_no in buy.orders:
        order = _stored(connection, database, order_no)
        if order is None:
            continue
        handed = order.replace(user_id=buy.organiser, chat_id=buy.chat_id, language=buy.language)
        connection.execute(
            "UPDATE orders SET user_id = ?, chat_id = ?, forgotten = 0, body = ?"
            " WHERE order_no = ?",
            (
                handed.user_id,
                handed.chat_id,
                database.seal(handed, place_of_order(order_no)),
                order_no,
            ),
        )


def order_stored(connection: Connection, order: Order) -> None:
    """Have the buy that an order is of looked at, now that the order is stored anew."""
    if order.group_buy is not None:
        connection.executemany(_MOVED, [(order.group_buy,)])


def body_of(connection: Connection, database: Database, order: Order) -> bytes:
    """Return an order as it is to be stored, sealed: that of a buy is its organiser's of now."""
    if order.group_buy is not None:
        there = _stored(connection, database, order.order_no)
        if there is not None:
            order = order.replace(
                user_id=there.user_id, chat_id=there.chat_id, language=there.language
            )
    return database.seal(order, place_of_order(order.order_no))


def _stored(connection: Connection, database: Database, order_no: str) -> Order | None:
    row = connection.execute("SELECT body FROM orders WHERE order_no = ?", (order_no,)).fetchone()
    return None if row is None else database.unseal(Order, row[0], place_of_order(order_no))
