"""Asking for one term of a group buy: what is said, and the choices that stand on buttons."""

from bot.chat.screens import Button, Rows, Screen, View, grid, lines, paragraphs, row
from bot.chat.texts import Texts, cut
from bot.domain.addresses import SavedAddress
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.shares import FreightKey
from bot.domain.group_buys.terms import Mode, Terms, Variant
from handlers.group.drafting import MOST_OFFERS

_LISTED = 40
_KEYS = {
    FreightKey.PIECES: "buy_terms.by_pieces_button",
    FreightKey.WEIGHT: "buy_terms.by_weight_button",
    FreightKey.VALUE: "buy_terms.by_value_button",
    FreightKey.HEAD: "buy_terms.by_head_button",
}
_MODES = {
    Mode.COST_PLUS_FEE: "buy_terms.cost_plus_button",
    Mode.FIXED: "buy_terms.fixed_button",
}
ASKS = {
    "deadline": "buy_terms.ask_deadline",
    "minimum": "buy_terms.ask_minimum",
    "fee": "buy_terms.ask_fee",
    "most_each": "buy_terms.ask_most_each",
    "payment": "buy_terms.ask_payment",
    "handout": "buy_terms.ask_handout",
    "mode": "buy_terms.ask_mode",
    "currency": "buy_terms.ask_currency",
    "freight_key": "buy_terms.ask_freight_key",
    "freight_each": "buy_terms.ask_freight_each",
    "cap": "buy_terms.ask_cap",
    "abroad_each": "buy_terms.ask_abroad",
    "grams": "buy_terms.ask_grams",
    "row": "buy_terms.ask_row",
    "row_fill": "buy_terms.ask_row_fill",
    "offers": "buy_terms.ask_offers",
    "address": "buy_terms.ask_address",
    "zone": "buy_terms.ask_zone",
    "pay_within": "buy_terms.ask_pay_within",
    "answer_within": "buy_terms.ask_answer_within",
    "dispute_within": "buy_terms.ask_dispute_within",
    "fetch_within": "buy_terms.ask_fetch_within",
    "extensions": "buy_terms.ask_extensions",
}


class TermsView(View, frozen=True):
    """The buy whose terms are looked at, None when it is gone; its organiser's addresses."""

    buy: GroupBuy | None = None
    book: tuple[SavedAddress, ...] = ()


def asked_screen(view: TermsView, t: Texts, terms: Terms, name: str) -> Screen:
    """Say what a term is and how it is written, with the choices where it is one of a few."""
    back_ = row(Button(t("buy.back_button"), "back"))
    key = "buy_terms.ask_freight_head" if name == "freight_each" and terms.by_heads else ASKS[name]
    said = t(key, zone=terms.zone, most=MOST_OFFERS)
    listed = None
    if name in {"row", "grams"}:
        listed = lines(
            *(
                t("buy_terms.numbered", number=str(number), name=cut(_variant(t, each), 40))
                for number, each in enumerate(terms.variants[:_LISTED], 1)
            )
        )
    return Screen(
        paragraphs(view.flash, said, listed), _choices(view, t, terms, name) + back_, asks=True
    )


def _variant(t: Texts, variant: Variant) -> str:
    return variant.label.in_language(t.language)


def _choices(view: TermsView, t: Texts, terms: Terms, name: str) -> Rows:
    """Offer what a term can be, where that is one of a few."""
    match name:
        case "mode":
            buttons = [Button(t(_MODES[each]), "take", each.value) for each in Mode]
        case "freight_key":
            buttons = [Button(t(_KEYS[each]), "take", each.value) for each in FreightKey]
        case "row":
            ones = " ".join("1" for _ in terms.variants)
            buttons = [Button(t("buy_terms.one_of_each_button"), "take", "ones")] if ones else []
            buttons.append(Button(t("buy_terms.no_row_button"), "take", "0"))
        case "offers":
            buttons = [
                Button(cut(f"✖️ {each.title.in_language(t.language)}", 60), "take", str(number))
                for number, each in enumerate(terms.also, 1)
            ]
        case "address":
            buttons = [
                Button(cut(f"{each.address.division} {each.address.street}", 60), "take", str(at))
                for at, each in enumerate(view.book[:_LISTED])
            ]
        case _:
            buttons = []
    return grid(buttons, 1)
