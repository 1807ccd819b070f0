"""Screens of a group buy, told apart by their buttons."""

from soak_chat import Pressable, Screen

_NOT_A_PAGE = {"open", "term", "join", "spec", "pieces"}


def asking(screen: Screen, what: str) -> list[Pressable]:
    """Return the button by which a page asks for that, if it has one."""
    return [each for each in screen.with_action("ask") if each.arg == what]


def is_page(screen: Screen) -> bool:
    """Tell whether it is a buy's page."""
    actions = {each.action for each in screen.buttons}
    return "leave" in actions and not actions & _NOT_A_PAGE


def is_page_or_order(screen: Screen) -> bool:
    """The same, or the order to be confirmed."""
    return is_page(screen) or bool(screen.with_action("order"))


def is_collecting(page: Screen) -> bool:
    """Tell whether it is the page of a buy whose members pay."""
    goes_on = page.with_action("remind") or page.with_action("prepare")
    return bool(asking(page, "cancel") and (goes_on or asking(page, "leave_out")))


def is_draft(screen: Screen) -> bool:
    """Tell whether it is all terms of a draft."""
    return bool(screen.with_action("term")) and bool(screen.with_action("open"))


def is_change(screen: Screen) -> bool:
    """Tell whether it is all terms of a buy that is open."""
    return bool(screen.with_action("term")) and bool(screen.with_action("page"))


def asks(screen: Screen) -> bool:
    """Tell whether it asks for something to be written, or chosen."""
    actions = {each.action for each in screen.buttons}
    return "back" in actions and actions <= {"back", "take"}


def leads_back(screen: Screen) -> bool:
    """Tell whether it stands beside a page, and is done with."""
    return bool(screen.with_action("back")) and not screen.with_action("remove")


def is_about_a_member(screen: Screen) -> bool:
    """Tell whether it shows the organiser one member."""
    actions = {each.action for each in screen.buttons}
    return "back" in actions and bool(actions & {"receive", "send_back", "ask", "nothing"})
