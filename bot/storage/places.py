"""What each sealed value is sealed for: its row's name, so that no other row can claim it.

Every backend seals for the same places: a value that is moved to another one stays as it is.
"""

from bot.domain.identifiers import ChatId, UserId


def place_of_payload(update_id: int) -> str:
    """Return the place of a stored update."""
    return f"inbox/{update_id}"


def place_of_error(update_id: int) -> str:
    """Return the place of why an update failed."""
    return f"inbox.error/{update_id}"


def place_of_session(chat_id: ChatId, user_id: UserId) -> str:
    """Return the place of a session."""
    return f"sessions/{chat_id}/{user_id}"


def place_of_results(session_id: str) -> str:
    """Return the place of a session's results."""
    return f"results/{session_id}"


def place_of_address(user_id: UserId, marketplace: str, address_id: str) -> str:
    """Return the place of a saved address."""
    return f"addresses/{user_id}/{marketplace}/{address_id}"


def place_of_order(order_no: str) -> str:
    """Return the place of an order."""
    return f"orders/{order_no}"


def place_of_notice(order_no: str, key: str) -> str:
    """Return the place of a piece of news."""
    return f"notices/{order_no}/{key}"


def place_of_push(marketplace: str, msg_id: str) -> str:
    """Return the place of a push."""
    return f"pushes/{marketplace}/{msg_id}"


def place_of_post(post_id: int) -> str:
    """Return the place of a post in a channel or group."""
    return f"posts/{post_id}"


def place_of_post_place(chat_id: int) -> str:
    """Return the place of a channel or group that may be posted in."""
    return f"post_places/{chat_id}"


def place_of_watch(user_id: int, marketplace: str, offer_id: str, goods: str) -> str:
    """Return the place of what somebody watches for."""
    return f"watches/{user_id}/{marketplace}/{offer_id}/{goods}"


def place_of_broadcast(broadcast_id: int) -> str:
    """Return the place of a message to everybody."""
    return f"broadcasts/{broadcast_id}"


def place_of_terms(version: int) -> str:
    """Return the place of a version of a shop's terms."""
    return f"shop_terms/{version}"


def place_of_operation(key: str) -> str:
    """Return the place of an operation in a shop's books."""
    return f"ledger/{key}"


def place_of_buy(token: str) -> str:
    """Return the place of a group buy."""
    return f"group_buys/{token}"


def place_of_claim(buy_id: int, number: int) -> str:
    """Return the place of a claim in a group buy."""
    return f"group_claims/{buy_id}/{number}"


def place_of_group_operation(key: str) -> str:
    """Return the place of an operation in a group buy's books."""
    return f"group_ledger/{key}"


def place_of_proof(proof_id: int) -> str:
    """Return the place of a proof of payment."""
    return f"proofs/{proof_id}"


def place_of_question(question_id: int) -> str:
    """Return the place of a question to the operators."""
    return f"questions/{question_id}"


def place_of_words(words_id: int) -> str:
    """Return the place of what was said in a question."""
    return f"question_words/{words_id}"
