"""The journey, top to bottom as a person walks it. Its diagram: docs/journey.md.

    start -> results -> offer -> variant -> quantity -> (cart ->) lines -> address -> preview
          -> placing -> payment

Each step's file in this folder has its screen and its callbacks, named as here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.chat.context import Context
from bot.chat.conversation import Handler, StoredConversationHandler
from bot.chat.drawing import Drawer
from bot.chat.routing import ANSWERS_A_QUESTION, OFFER_LINK, ORDER_NUMBER, PAID, WORDS, Buttons
from bot.chat.screens import StepScreen, only_session
from bot.domain.sessions import Step
from bot.services.bundle import Services
from bot.storage.ports import ConversationPort
from bot.storage.post_ports import PostPort
from handlers import (
    address,
    address_form,
    cart,
    lines,
    offer,
    payment,
    placing,
    preview,
    quantity,
    results,
    start,
    variant,
    watch,
)
from handlers.always import anywhere, groups, language, privacy, subscription
from handlers.collecting import balance, dearer, proof
from handlers.desk import (
    answer,
    broadcast,
    case,
    deciding,
    export,
    finding,
    invite,
    ledger,
    menu,
    parked,
    paying,
    publish,
    terms,
    today,
    uncertain,
    waiting,
)
from handlers.finding import categories, comparing, navigation, search, shop
from handlers.finding import filters as filter_panel
from handlers.group import (
    banning,
    buy,
    buy_acting,
    buy_terms,
    complaining,
    counting,
    documents,
    drafting,
    in_words,
    joining,
    ordering,
    receiving,
    running,
    settling,
    takeover,
    taking_back,
    taking_part,
)
from handlers.group.answering import GoodsInGroups
from handlers.group.guest import GuestGoods
from handlers.group.places import Places, following_groups
from handlers.orders import again, cancelling, card, listing, receipt, together
from handlers.said import or_said
from handlers.shared import paging
from handlers.shared.failures import on_marketplace_error
from handlers.support import question
from handlers.watching import listing as watching

_NEW = ~filters.UpdateType.EDITED
_CARDS = (filters.CONTACT | filters.VENUE) & _NEW
_MOVING = (
    filters.VIDEO
    | filters.VIDEO_NOTE
    | filters.VOICE
    | filters.AUDIO
    | filters.ANIMATION
    | filters.Sticker.ALL
)

SCREENS: dict[Step, StepScreen[Any]] = {
    Step.START: StepScreen(only_session, start.screen),
    Step.RESULTS: StepScreen(results.load, results.screen),
    Step.OFFER: StepScreen(offer.load, offer.screen),
    Step.VARIANT: StepScreen(variant.load, variant.screen),
    Step.QUANTITY: StepScreen(quantity.load, quantity.screen),
    Step.WATCH: StepScreen(watch.load, watch.screen),
    Step.CART: StepScreen(only_session, cart.screen),
    Step.LINES: StepScreen(lines.load, lines.screen),
    Step.ADDRESS: StepScreen(address.load, address.screen),
    Step.ADDRESS_FORM: StepScreen(address_form.load, address_form.screen),
    Step.PREVIEW: StepScreen(only_session, preview.screen),
    Step.PLACING: StepScreen(placing.load, placing.screen),
    Step.PAYMENT: StepScreen(payment.load, payment.screen),
    Step.PROOF: StepScreen(proof.load, proof.screen),
    Step.CASE: StepScreen(case.load, case.screen),
    Step.TERMS: StepScreen(only_session, terms.screen),
    Step.QUESTION: StepScreen(question.load, question.screen),
    Step.ANSWER: StepScreen(answer.load, answer.screen),
    Step.PUBLISH: StepScreen(publish.load, publish.screen),
    Step.BUY_TERMS: StepScreen(buy_terms.load, buy_terms.screen),
    Step.JOINING: StepScreen(joining.load, joining.screen),
    Step.BUY: StepScreen(buy.load, buy.screen),
}


def states() -> dict[Step, list[Handler]]:
    """What each step understands; what answers a message about a question goes into it anywhere."""
    to_question = MessageHandler(ANSWERS_A_QUESTION, answer.replied)
    return {step: [to_question, *handlers] for step, handlers in _states().items()}


def _states() -> dict[Step, list[Handler]]:
    return {
        Step.START: [
            Buttons(resume=start.resume, over=start.over, addresses=address.book),
            Buttons(orders=listing.show, lines=offer.to_lines, undo=cart.undo),
            MessageHandler(WORDS, or_said(search.words)),
        ],
        Step.RESULTS: [
            Buttons(pick=results.pick, page=results.turn, sort=results.sort),
            Buttons(refine=results.refine, keep=results.keep, drop=results.drop),
            Buttons(filters=filter_panel.open_panel, tick=filter_panel.tick),
            Buttons(prices=filter_panel.prices, any_price=filter_panel.any_price),
            Buttons(clear=filter_panel.clear, apply=filter_panel.apply),
            Buttons(navigate=navigation.navigate, by=navigation.by, turn=paging.turn),
            Buttons(again=results.again, offer=shop.back_to_offer, lines=offer.to_lines),
            Buttons(compare=comparing.compare),
            MessageHandler(WORDS, or_said(results.text)),
        ],
        Step.OFFER: [
            Buttons(choose=offer.choose, results=offer.back_to_results, lines=offer.to_lines),
            Buttons(again=offer.again, publish=publish.publish),
            Buttons(group_buy=drafting.draft, watch=watch.watch),
            MessageHandler(WORDS, or_said(quantity.text_at_offer)),
        ],
        Step.VARIANT: [
            Buttons(value=variant.value, turn=paging.turn, back=variant.back),
            Buttons(watch_value=watch.watch_value, watch_pick=watch.pick),
            MessageHandler(WORDS, or_said(variant.text, unless=variant.names_one)),
        ],
        Step.QUANTITY: [
            Buttons(take=quantity.take, keep=quantity.keep, back=quantity.back),
            Buttons(watch_chosen=watch.watch_chosen),
            MessageHandler(WORDS, or_said(quantity.text)),
        ],
        Step.WATCH: [
            Buttons(wish=watch.wish, own_price=watch.own_price, unwatch=watch.unwatch),
            Buttons(watch_value=watch.watch_value, turn=paging.turn, back=watch.back),
            MessageHandler(WORDS, or_said(watch.text)),
        ],
        Step.CART: [
            Buttons(order=cart.order, open=cart.open_one, drop=cart.drop, undo=cart.undo),
            Buttons(results=offer.back_to_results, orders=listing.show),
            MessageHandler(WORDS, or_said(cart.text)),
        ],
        Step.LINES: [
            Buttons(edit=lines.edit, remove=lines.remove, more=lines.more, turn=paging.turn),
            Buttons(checkout=lines.checkout, results=offer.back_to_results),
            Buttons(together=drafting.draft_of_cart),
            MessageHandler(WORDS, or_said(lines.text)),
        ],
        Step.ADDRESS: [
            Buttons(deliver=address.deliver, open=address.open_one, manage=address.manage),
            Buttons(add=address.add, edit=address.edit, delete=address.delete),
            Buttons(address_gone=address.delete_yes),
            Buttons(default=address.make_default, turn=paging.turn, back=address.back),
            Buttons(forwarder=address.mark_forwarder),
            MessageHandler(WORDS | _CARDS, address.text),
            MessageHandler(filters.LOCATION & _NEW, address_form.pin),
        ],
        Step.ADDRESS_FORM: [
            Buttons(fields=address_form.fields, list=address_form.list_provinces),
            Buttons(division=address_form.division, accept=address_form.accept),
            Buttons(fix=address_form.fix, again=address_form.again, turn=paging.turn),
            Buttons(save=address_form.save, back=address_form.back),
            MessageHandler(WORDS | _CARDS, address_form.text),
            MessageHandler(filters.LOCATION & _NEW, address_form.pin),
        ],
        Step.PREVIEW: [
            Buttons(confirm=placing.confirm, note=preview.note, no_note=preview.no_note),
            Buttons(lines=offer.to_lines, address=preview.to_address, again=preview.again),
            MessageHandler(WORDS, or_said(preview.text)),
        ],
        Step.PLACING: [
            Buttons(leave=placing.leave),
            MessageHandler(
                WORDS | PAID | ORDER_NUMBER | OFFER_LINK | filters.PHOTO | filters.Document.ALL,
                placing.wait,
            ),
        ],
        Step.PAYMENT: [
            Buttons(new=payment.new, next=payment.next_order, more=payment.more),
            MessageHandler((filters.PHOTO | filters.Document.ALL) & _NEW, payment.sent_here),
            MessageHandler(WORDS, or_said(search.words)),
        ],
        Step.PROOF: [
            Buttons(back=proof.back),
            MessageHandler(filters.PHOTO & _NEW, proof.photo),
            MessageHandler(filters.Document.ALL & _NEW, proof.document),
            MessageHandler(_MOVING & _NEW, proof.moving),
            MessageHandler(filters.TEXT & ~filters.COMMAND & _NEW, proof.text),
        ],
        Step.CASE: [
            Buttons(amount=deciding.amount, amount_yes=deciding.amount_yes),
            MessageHandler(WORDS | ORDER_NUMBER, deciding.text),
        ],
        Step.TERMS: [
            Buttons(term=terms.term, take=terms.take, keep=terms.keep),
            MessageHandler(filters.PHOTO & _NEW, terms.photo),
            MessageHandler((filters.Document.ALL | _MOVING) & _NEW, terms.other),
            MessageHandler(filters.TEXT & ~filters.COMMAND & _NEW, terms.text),
        ],
        Step.QUESTION: [
            Buttons(back=question.back),
            MessageHandler(filters.PHOTO & _NEW, question.photo),
            MessageHandler((filters.Document.ALL | _MOVING) & _NEW, question.other),
            MessageHandler(filters.TEXT & ~filters.COMMAND & _NEW, question.text),
        ],
        Step.ANSWER: [
            MessageHandler((filters.PHOTO | filters.TEXT) & ~filters.COMMAND & _NEW, answer.text),
            MessageHandler((filters.Document.ALL | _MOVING) & _NEW, answer.other),
        ],
        Step.PUBLISH: [
            Buttons(post=publish.post, down=publish.down, plain=publish.plain),
            Buttons(back=publish.back),
            MessageHandler((filters.PHOTO | filters.Document.ALL | _MOVING) & _NEW, publish.other),
            MessageHandler(WORDS | PAID | ORDER_NUMBER, publish.text),
        ],
        Step.BUY_TERMS: [
            Buttons(term=buy_terms.term, open=buy_terms.open_, back=buy_terms.back),
            Buttons(take=buy_terms.take, more=buy_terms.more, page=buy_terms.page),
            Buttons(leave=buy_terms.leave),
            MessageHandler(OFFER_LINK & _NEW, buy_terms.link),
            MessageHandler(WORDS | PAID | ORDER_NUMBER, address_form.text_at_terms),
            MessageHandler(_CARDS, address_form.card_at_terms),
        ],
        Step.JOINING: [
            Buttons(spec=joining.variant, pieces=joining.amount, ceiling=joining.ceiling),
            Buttons(join=joining.join, turn=paging.turn, back=joining.back, leave=joining.leave),
            Buttons(ask=joining.ask, terms=joining.terms, other=joining.other),
            Buttons(partly=joining.partly),
            MessageHandler(WORDS, joining.text),
        ],
        Step.BUY: [
            Buttons(lock=running.lock, pause=running.pause, resume=running.resume),
            Buttons(top_up=running.top_up, leave_out=running.leave_out, prepare=ordering.prepare),
            Buttons(rest=ordering.rest, order_rest=ordering.order_rest),
            Buttons(without=buy.about, drop=ordering.drop),
            Buttons(order=ordering.order, member=buy.about, receive=receiving.receive),
            Buttons(nothing=receiving.nothing, see=documents.see, send_back=receiving.send_back),
            Buttons(hand=running.hand, arrive=counting.arrive, count=buy.count),
            Buttons(settle=running.settle, close=running.close, cancel_buy=running.cancel_buy),
            Buttons(ask=buy.ask, withdraw=taking_part.withdraw, agree=taking_part.agree),
            Buttons(disagree=taking_part.disagree, more=buy.more, sheet=documents.sheet),
            Buttons(show=buy.show, turn=paging.turn, back=buy_acting.back, leave=buy.leave),
            Buttons(change=buy.about, remove=buy.about, sold=buy.about, renew=taking_part.renew),
            Buttons(terms=drafting.change, repeat=drafting.repeat, remind=settling.remind),
            Buttons(
                fine=complaining.fine, allow=complaining.allow, **{"raise": complaining.raise_}
            ),
            Buttons(all_in=receiving.all_in, give_up=taking_part.give_up, words=in_words.words),
            Buttons(instead=counting.instead, unban=banning.unban, sure=settling.sure),
            Buttons(not_handed=running.not_handed, undo=buy.about, undo_yes=taking_back.undo),
            MessageHandler((filters.PHOTO | filters.Document.ALL) & _NEW, taking_part.photo),
            MessageHandler(WORDS | PAID | ORDER_NUMBER, buy.text),
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
        CommandHandler("orders", listing.show, new_message),
        CommandHandler("categories", categories.show, new_message),
        CommandHandler("watches", watching.show, new_message),
        CommandHandler("buys", buy.mine, new_message),
        CommandHandler("language", language.ask, new_message),
        CommandHandler("help", anywhere.help_, new_message),
        CommandHandler("privacy", anywhere.privacy, new_message),
        CommandHandler("mydata", privacy.my_data, new_message),
        CommandHandler("deletemydata", privacy.ask, new_message),
        CommandHandler("invite", invite.invite, new_message),
        CommandHandler("news", subscription.news, new_message),
        CommandHandler("broadcast", broadcast.broadcast, new_message),
        CommandHandler("admin", menu.admin, new_message),
        CommandHandler("invites", invite.invites, new_message),
        CommandHandler("balance", balance.balance, new_message),
        CommandHandler("support", question.support, new_message),
        CommandHandler("shop", terms.shop, new_message),
        CommandHandler("rate", terms.rate, new_message),
        CommandHandler("case", finding.find, new_message),
        CommandHandler("takeover", takeover.takeover, new_message),
        MessageHandler((filters.PHOTO | filters.Document.ALL) & new_message, search.photo),
        MessageHandler(OFFER_LINK & new_message, search.link),
        MessageHandler(PAID, payment.said_paid),
        MessageHandler(ORDER_NUMBER, listing.numbered),
        Buttons(lang=language.choose, here=anywhere.here, over=start.over),
        Buttons(given_up=search.given_up),
        Buttons(pay=payment.pay, check=payment.check, look=placing.look),
        Buttons(mine=listing.mine, earlier=listing.earlier, card=card.card),
        Buttons(cancel=cancelling.cancel, cancel_yes=cancelling.cancel_yes),
        Buttons(admin=menu.menu, admin_today=today.today, admin_health=menu.health),
        Buttons(admin_export=export.choose, export_days=export.send),
        Buttons(news_set=subscription.choose, admin_news=broadcast.progress),
        Buttons(cast=broadcast.start, cast_end=broadcast.stop_asked, cast_stop=broadcast.stop),
        Buttons(admin_people=menu.people, admin_parked=parked.parked),
        Buttons(parked_retry=parked.retry, parked_drop=parked.drop, parked_gone=parked.gone),
        Buttons(admin_open=uncertain.questions, admin_case=uncertain.case),
        Buttons(settle=uncertain.ask, settle_yes=uncertain.settle),
        Buttons(debit=paying.debit, debit_over=paying.debit_over, debit_yes=paying.debit_yes),
        Buttons(receipt=receipt.receipt, receipt_yes=receipt.receipt_yes),
        Buttons(together=together.together, together_pay=together.together_pay),
        Buttons(together_check=together.together_check),
        Buttons(reorder=again.reorder, reorder_yes=again.reorder_yes),
        Buttons(reorder_pick=again.reorder_pick),
        Buttons(shop=shop.shop),
        Buttons(categories=categories.show, branch=categories.browse, goods=categories.goods),
        Buttons(dearer=dearer.look, dearer_yes=dearer.yes),
        Buttons(cart=cart.show, buy=buy.open_),
        Buttons(prove=proof.prove, balance=balance.balance),
        Buttons(support=question.support, ask=question.ask, ask_new=question.new),
        Buttons(asked=question.asked, ask_more=question.more, solved=question.solved),
        Buttons(questions=answer.questions, answer=answer.answer, question_photos=answer.photos),
        Buttons(take_question=answer.take, close_question=answer.close),
        Buttons(waiting=waiting.waiting, case=deciding.case, terms=terms.shop),
        Buttons(ledger=ledger.books, ledger_file=ledger.send),
        Buttons(take_back=deciding.take_back, take_back_yes=deciding.take_back_yes),
        Buttons(took=deciding.took, decline=deciding.decline, see=deciding.see),
        Buttons(refunded=deciding.refunded, write_off=deciding.write_off, link=deciding.link),
        Buttons(watches=watching.show, watch_card=watching.card, watch_open=watching.open_),
        Buttons(watch_again=watching.again, watch_stop=watching.stop),
        Buttons(forget=privacy.forget, revoke=invite.revoke),
    ]


def fallbacks() -> list[Handler]:
    """An answer to everything else."""
    return [
        MessageHandler(filters.UpdateType.EDITED, anywhere.edited),
        MessageHandler(filters.COMMAND, anywhere.unknown_command),
        MessageHandler(filters.ALL, anywhere.anything),
    ]


def conversation(
    services: Services,
    drawer: Drawer,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> StoredConversationHandler:
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
        clock=clock,
    )


def group_handlers(
    posts: PostPort,
    goods: GoodsInGroups | None = None,
    guests: GuestGoods | None = None,
    conversations: ConversationPort | None = None,
) -> list[BaseHandler[Update, Context, None]]:
    """What groups and channels get: goods where they are asked for, else the way to us."""
    in_groups = filters.ChatType.GROUPS & filters.COMMAND & ~filters.UpdateType.EDITED
    return [
        *([guests] if guests is not None else []),
        Places(posts),
        following_groups(posts),
        *([goods] if goods is not None else []),
        MessageHandler(in_groups, groups.leading_to_private(posts, conversations)),
        CallbackQueryHandler(groups.press_elsewhere),
    ]
