"""Names of the places that values are sealed for: a table, what of it, and the row's key."""

from bot.domain.identifiers import ChatId, UserId


def place_of_payload(update_id: int) -> str:
    """Return the name that an update is sealed for."""
    return f"inbox/{update_id}"


def place_of_error(update_id: int) -> str:
    """Return the name that an update's error is sealed for."""
    return f"inbox.error/{update_id}"


def place_of_session(chat_id: ChatId, user_id: UserId) -> str:
    """Return the name that a session is sealed for."""
    return f"sessions/{chat_id}/{user_id}"


def place_of_results(session_id: str) -> str:
    """Return the name that a session's results are sealed for."""
    return f"results/{session_id}"


def place_of_address(user_id: UserId, address_id: int) -> str:
    """Return the name that an address is sealed for."""
    return f"addresses/{user_id}/{address_id}"


def place_of_order(order_no: str) -> str:
    """Return the name that an order is sealed for."""
    return f"orders/{order_no}"


def place_of_notice(order_no: str, key: str) -> str:
    """Return the name that a notice is sealed for."""
    return f"notices/{order_no}/{key}"


def place_of_push(msg_id: str) -> str:
    """Return the name that a push is sealed for."""
    return f"pushes/{msg_id}"


def place_of_broadcast(broadcast_id: int) -> str:
    """Return the name that a message is sealed for."""
    return f"broadcasts/{broadcast_id}"
