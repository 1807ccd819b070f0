"""Sessions as earlier releases stored them, read as this one knows them.

A stored session says its `format`. Whatever is older is brought up to date as it is read, one
format after the other; its next step stores it anew. A new shape gets a number, a function here,
and a fixture of the release before (`tests/handlers/earlier/write_down.py` makes one).

1. Release 0.1: thirty fields side by side; what is asked is a bare string, a flash a `notice`.
2. What ends together is one value; what is asked has a type.
"""

from collections.abc import Mapping
from typing import Any

Stored = dict[str, Any]

FORMAT = 2


def upgraded(stored: object) -> Stored:
    """Return a stored session in today's format.

    Raises `ValueError` for a newer release's, and for what never was a session.
    """
    if not isinstance(stored, dict) or not isinstance(stored.get("format", 1), int):
        raise ValueError("no session")  # noqa: TRY004 - a wrong value, not a wrong type
    if stored.get("format", 1) > FORMAT:
        raise ValueError("a newer release stored it")
    if stored.get("format", 1) < 2:  # noqa: PLR2004 - the numbers of the module's docstring
        stored = _nested(_noted(stored))
    return stored


def _noted(stored: Stored) -> Stored:
    """Early on the note stood beside the draft."""
    draft = stored.get("draft")
    if stored.get("note") and isinstance(draft, dict) and draft.get("lines"):
        return stored | {"draft": {"note": stored["note"]} | draft}
    return stored


_NESTED: Mapping[str, Mapping[str, str]] = {
    "picking": {"offer_id": "offer_id", "chosen": "chosen", "sku_id": "sku_id"},
    "cart": {"draft": "draft", "shelf": "shelf"},
    "delivery": {"address_id": "address_id", "address": "address"},
    "quoted": {"quote": "quote", "together": "together", "change": "change"},
    "ordered": {"order_no": "order_no", "message_id": "placing_message"},
    "focus": {"page": "page", "return_to": "return_to"},
    "announced": {"flash": "notice", "asked_quantity": "asked_quantity", "dropped": "dropped"},
}


_FIELDS = {None, "name", "phone", "division", "street"}


def _nested(stored: Stored) -> Stored:
    """Gather what ends together, and give what is asked its type."""
    nested = {
        name: {to: stored[at] for to, at in parts.items() if at in stored}
        for name, parts in _NESTED.items()
    }
    if stored.get("flash"):  # what was stored between 0.1 and this format
        nested["announced"]["flash"] = stored["flash"]
    nested["focus"]["asking"] = _asking(stored)
    form = stored.get("form")
    if form and form.get("asking") not in _FIELDS:
        nested["form"] = form | {"asking": None}
    return stored | nested


def _asking(stored: Stored) -> Stored | None:
    asking = stored.get("asking") or ""
    query = stored.get("query") or {}
    ticked = stored.get("narrowing") or query.get("narrowing") or {}
    name, _, argument = asking.partition(":")
    of_name: dict[str, Stored] = {
        "note": {"kind": "note"},
        "refine": {"kind": "word"},
        "filters": {"kind": "filters", "ticked": ticked},
        "prices": {"kind": "prices", "ticked": ticked},
        "navigate": {"kind": "navigation", "group": argument or None},
        "retry": {"kind": "offer_unread"},
        "manage": {"kind": "book_managed"},
        "one": {"kind": "address_open", "address_id": argument},
    }
    return of_name.get(name)
