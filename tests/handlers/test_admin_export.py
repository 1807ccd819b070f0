"""The operators' export when there is nothing to export."""

from dataclasses import replace
from typing import Any, cast

import pytest
from goods import Shelf, context

from bot.chat.buttons import Press
from bot.chat.context import Overlay
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.services.access import Access, AccessMode
from handlers.desk import export


@pytest.mark.parametrize(("language", "said"), [("en", "No orders"), ("zh", "没有订单")])
async def test_a_time_without_orders_is_said_on_the_screen(language: str, said: str) -> None:
    """A toast would be lost where the press was answered before; another time is one press away."""
    operator = Session.begun(ChatId(7), UserId(7), language)
    made = context(operator, Shelf())
    access = Access(AccessMode.OPEN, made.services.store, operators=[7])
    made.services = replace(made.services, access=access)
    made.press = Press(operator.session_id, None, "export_days", "all")
    shown = await export.send(cast("Any", None), made)
    assert isinstance(shown, Overlay)
    assert said in shown.screen.text
    assert [each.arg for each in shown.screen.rows[0]] == ["today", "month", "all"]
