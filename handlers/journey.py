"""The journey, top to bottom as a person walks it. Its diagram: docs/journey.md.

    start -> results -> offer -> variant -> quantity -> (cart ->) lines -> address -> preview
          -> placing -> payment

Each step's file in this folder has its screen and its callbacks, named as here.
"""

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.context import Context
from bot.conversation import Handler, StoredConversationHandler
from bot.domain.sessions import Step
from bot.drawing import Drawer
from bot.routing import OFFER_LINK, WORDS, Buttons
from bot.screens import ScreenOf
from bot.services.bundle import Services
from handlers import (
    address,
    address_form,
    admin,
    admin_export,
    admin_news,
    admin_parked,
    admin_settling,
    admin_today,
    anywhere,
    cart,
    categories,
    groups,
    invite,
    language,
    lines,
    navigation,
    news,
    offer,
    operator_payment,
    order_again,
    order_cancel,
    order_card,
    order_links,
    order_receipt,
    order_together,
    orders,
    payment,
    placing,
    preview,
    privacy,
    quantity,
    results,
    search,
    shop,
    start,
    variant,
)
from handlers import filters as filter_panel
from handlers.failures import on_marketplace_error

SCREENS: dict[Step, ScreenOf] = {
    Step.START: start.screen,
    Step.RESULTS: results.screen,
    Step.OFFER: offer.screen,
    Step.VARIANT: variant.screen,
    Step.QUANTITY: quantity.screen,
    Step.CART: cart.screen,
    Step.LINES: lines.screen,
    Step.ADDRESS: address.screen,
    Step.ADDRESS_FORM: address_form.screen,
    Step.PREVIEW: preview.screen,
    Step.PLACING: placing.screen,
    Step.PAYMENT: payment.screen,
}


def states() -> dict[Step, list[Handler]]:
    """What each step understands."""
    return {
        Step.START: [
            Buttons(resume=start.resume, over=start.over, addresses=address.book),
            Buttons(orders=orders.show, lines=offer.to_lines),
            MessageHandler(WORDS, search.words),
        ],
        Step.RESULTS: [
            Buttons(pick=results.pick, page=results.turn, sort=results.sort),
            Buttons(refine=results.refine, keep=results.keep, drop=results.drop),
            Buttons(filters=filter_panel.open_panel, tick=filter_panel.tick),
            Buttons(prices=filter_panel.prices, any_price=filter_panel.any_price),
            Buttons(clear=filter_panel.clear, apply=filter_panel.apply),
            Buttons(navigate=navigation.navigate, by=navigation.by, turn=navigation.turn),
            Buttons(again=results.again, offer=shop.back_to_offer, lines=offer.to_lines),
            MessageHandler(WORDS, results.text),
        ],
        Step.OFFER: [
            Buttons(choose=offer.choose, results=offer.back_to_results, lines=offer.to_lines),
            Buttons(again=offer.again),
            MessageHandler(WORDS, quantity.text_at_offer),
        ],
        Step.VARIANT: [
            Buttons(value=variant.value, turn=variant.turn, back=variant.back),
            MessageHandler(WORDS, variant.text),
        ],
        Step.QUANTITY: [
            Buttons(take=quantity.take, keep=quantity.keep, back=quantity.back),
            MessageHandler(WORDS, quantity.text),
        ],
        Step.CART: [
            Buttons(order=cart.order, open=cart.open_one, drop=cart.drop, undo=cart.undo),
            Buttons(results=offer.back_to_results, orders=orders.show),
            MessageHandler(WORDS, cart.text),
        ],
        Step.LINES: [
            Buttons(edit=lines.edit, remove=lines.remove, more=lines.more, turn=lines.turn),
            Buttons(checkout=lines.checkout, results=offer.back_to_results),
            MessageHandler(WORDS, lines.text),
        ],
        Step.ADDRESS: [
            Buttons(deliver=address.deliver, open=address.open_one, manage=address.manage),
            Buttons(add=address.add, edit=address.edit, delete=address.delete),
            Buttons(default=address.make_default, turn=address.turn, back=address.back),
            MessageHandler(WORDS, address.text),
        ],
        Step.ADDRESS_FORM: [
            Buttons(fields=address_form.fields, list=address_form.list_provinces),
            Buttons(division=address_form.division, accept=address_form.accept),
            Buttons(fix=address_form.fix, again=address_form.again, turn=address_form.turn),
            Buttons(save=address_form.save, back=address_form.back),
            MessageHandler(WORDS, address_form.text),
        ],
        Step.PREVIEW: [
            Buttons(confirm=placing.confirm, note=preview.note, no_note=preview.no_note),
            Buttons(lines=offer.to_lines, address=preview.to_address, again=preview.again),
            MessageHandler(WORDS, preview.text),
        ],
        Step.PLACING: [
            Buttons(leave=placing.leave),
            MessageHandler(WORDS | OFFER_LINK | filters.PHOTO | filters.Document.ALL, placing.wait),
        ],
        Step.PAYMENT: [
            Buttons(new=payment.new, next=payment.next_order),
            MessageHandler(WORDS, search.words),
        ],
    }


def entry_points() -> list[Handler]:
    """What leads into the journey from any step."""
    new_message = ~filters.UpdateType.EDITED
    return [
        CommandHandler("start", start.start, new_message),
        CommandHandler("cancel", start.cancel, new_message),
        CommandHandler("cart", cart.show, new_message),
        CommandHandler("address", address.book, new_message),
        CommandHandler("orders", orders.show, new_message),
        CommandHandler("categories", categories.show, new_message),
        CommandHandler("language", language.ask, new_message),
        CommandHandler("help", anywhere.help_, new_message),
        CommandHandler("privacy", anywhere.privacy, new_message),
        CommandHandler("mydata", privacy.my_data, new_message),
        CommandHandler("deletemydata", privacy.ask, new_message),
        CommandHandler("invite", invite.invite, new_message),
        CommandHandler("news", news.news, new_message),
        CommandHandler("broadcast", admin_news.broadcast, new_message),
        CommandHandler("admin", admin.admin, new_message),
        CommandHandler("invites", invite.invites, new_message),
        MessageHandler((filters.PHOTO | filters.Document.ALL) & new_message, search.photo),
        MessageHandler(OFFER_LINK & new_message, search.link),
        Buttons(lang=language.choose, here=anywhere.here, over=start.over),
        Buttons(pay=payment.pay, check=payment.check, look=placing.look),
        Buttons(mine=orders.mine, earlier=orders.earlier, card=order_card.card),
        Buttons(cancel=order_cancel.cancel, cancel_yes=order_cancel.cancel_yes),
        Buttons(admin=admin.menu, admin_today=admin_today.today, admin_health=admin.health),
        Buttons(admin_export=admin_export.choose, export_days=admin_export.send),
        Buttons(news_set=news.choose, admin_news=admin_news.progress),
        Buttons(cast=admin_news.start, cast_stop=admin_news.stop),
        Buttons(admin_people=admin.people, admin_parked=admin_parked.parked),
        Buttons(parked_retry=admin_parked.retry, parked_drop=admin_parked.drop),
        Buttons(admin_open=admin_settling.questions, admin_case=admin_settling.case),
        Buttons(settle=admin_settling.ask, settle_yes=admin_settling.settle),
        Buttons(debit=operator_payment.debit, debit_yes=operator_payment.debit_yes),
        Buttons(receipt=order_receipt.receipt, receipt_yes=order_receipt.receipt_yes),
        Buttons(together=order_together.together, together_pay=order_links.together_pay),
        Buttons(together_check=order_links.together_check),
        Buttons(reorder=order_again.reorder, reorder_yes=order_again.reorder_yes),
        Buttons(reorder_pick=order_again.reorder_pick),
        Buttons(shop=shop.shop),
        Buttons(categories=categories.show, branch=categories.browse, goods=categories.goods),
        Buttons(cart=cart.show),
        Buttons(forget=privacy.forget, revoke=invite.revoke),
    ]


def fallbacks() -> list[Handler]:
    """An answer to everything else."""
    return [
        MessageHandler(filters.UpdateType.EDITED, anywhere.edited),
        MessageHandler(filters.COMMAND, anywhere.unknown_command),
        MessageHandler(filters.ALL, anywhere.anything),
    ]


def conversation(services: Services, drawer: Drawer) -> StoredConversationHandler:
    """Return the private chat's conversation."""
    return StoredConversationHandler(
        entry_points(),
        states(),
        fallbacks(),
        screens=SCREENS,
        on_marketplace_error=on_marketplace_error,
        stale=anywhere.stale,
        services=services,
        drawer=drawer,
    )


def group_handlers() -> list[BaseHandler[Update, Context, None]]:
    """What groups and channels get."""
    in_groups = filters.ChatType.GROUPS & filters.COMMAND & ~filters.UpdateType.EDITED
    return [
        MessageHandler(in_groups, groups.lead_to_private),
        CallbackQueryHandler(groups.press_elsewhere),
    ]
