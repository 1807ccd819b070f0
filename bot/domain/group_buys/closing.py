"""From the lock to the order: prices, answers, money, and the one set that is ordered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.bookings import received
from bot.domain.currencies import Money
from bot.domain.group_buys.bills import (
    Bill,
    Share,
    bill_of,
    people_of,
    pieces_by_variant,
    rebilled,
    shared_by,
    units_of,
)
from bot.domain.group_buys.books import agreed_with
from bot.domain.group_buys.buys import (
    BuyRefused,
    BuyState,
    Change,
    GroupBuy,
    News,
    NewsOf,
    Why,
)
from bot.domain.group_buys.charging import recharged
from bot.domain.group_buys.claims import (
    Adverse,
    Asked,
    Claim,
    ClaimState,
    Consent,
    SentProof,
    adverse,
    agreed_together,
)
from bot.domain.group_buys.rows import missing_pieces, row_of
from bot.domain.group_buys.shares import fee_of, freight_cap, split
from bot.domain.identifiers import MerchantOrderNo, OfferId, SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.quotes import Quote

_MORNING, _EVENING = 9, 22
MOST_ROUNDS = 2
"""So often people are asked at most; then the buy fails rather than asking for ever."""

_MAY_END = (
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.COLLECTING,
)
AFTER_ORDER = frozenset(
    {
        BuyState.ORDERED,
        BuyState.BOUGHT,
        BuyState.SHIPPED,
        BuyState.ARRIVED,
        BuyState.HANDING_OUT,
        BuyState.SETTLING,
    }
)
_PAYABLE = {ClaimState.DUE, ClaimState.PROOF}


def too_dear(buy: GroupBuy, quote: Quote) -> tuple[Claim, ...]:
    """Return the claims whose ceiling a quote of all of them passes.

    Dropped together and quoted again, until there are none, this ends in the one largest set that
    can buy together. Raises `BillUnclear`.
    """
    taken = buy.taken
    if buy.terms.is_fixed:
        return ()  # what the marketplace's price is above theirs, the organiser bears
    units, _ = units_of(taken, buy.terms, quote)
    price = {each.spec_id: each.price for each in units}
    return tuple(
        each
        for each in taken
        if price[each.spec_id] > each.ceiling and each.user_id != buy.organiser
    )


def fell_out(buy: GroupBuy, claims: Iterable[Claim], books: Books, now: datetime) -> Change:
    """Leave out claims that the price is too dear for; who paid already gets it all back.

    Raises `BuyRefused` once the claims are frozen.
    """
    buy.demand(BuyState.LOCKED, BuyState.CONFIRMING, BuyState.COLLECTING)
    return left_out(buy, claims, NewsOf.FELL_OUT, books, now)


def short_of_minimum(buy: GroupBuy) -> int:
    """Return how many pieces lack to what can be ordered."""
    return sum(short_by_offer(buy).values())


def short_by_offer(buy: GroupBuy) -> dict[OfferId, int]:
    """Return how many pieces lack of each offer; the group's own minimum falls to the first.

    Every offer that anything is taken of has a minimum of its own.
    """
    terms, pieces = buy.terms, pieces_by_variant(buy.taken)
    taken = {
        each.offer_id: sum(pieces.get(variant.spec_id, 0) for variant in each.variants)
        for each in terms.all_goods
    }
    if not terms.also:
        goods, least = terms.goods, max(terms.minimum, terms.goods.minimum)
        lacking = missing_pieces(taken[goods.offer_id], least, goods.lot)
        return {goods.offer_id: lacking} if lacking else {}
    short = {
        each.offer_id: missing_pieces(taken[each.offer_id], each.minimum, each.lot)
        for each in terms.all_goods
        if taken[each.offer_id]
    }
    rest = terms.minimum - sum(taken.values()) - sum(short.values())
    if rest > 0:
        first = next((each for each in terms.all_goods if taken[each.offer_id]), terms.goods)
        wanted = taken[first.offer_id] + short.get(first.offer_id, 0) + rest
        lacking = missing_pieces(wanted, wanted, first.lot) + wanted - taken[first.offer_id]
        short[first.offer_id] = lacking
    return {offer: count for offer, count in short.items() if count}


def to_take(buy: GroupBuy) -> dict[SpecId | None, int]:
    """Return what the organiser has to take so that enough pieces come together, by variant.

    Goods that are sold in rows are taken in whole ones, others of the variant with most left.
    """
    row, wanted = row_of(buy.terms), pieces_by_variant(())
    held = pieces_by_variant(buy.taken)
    for offer, missing in short_by_offer(buy).items():
        goods = next(each for each in buy.terms.all_goods if each.offer_id == offer)
        in_rows = [each.spec_id for each in goods.variants if each.spec_id in row]
        if in_rows:
            rows = -(-missing // sum(row[spec] for spec in in_rows))
            wanted |= {spec: rows * count for spec, count in row.items()}
            continue
        free = {each.spec_id: each.limit - held.get(each.spec_id, 0) for each in goods.variants}
        wanted[max(free, key=lambda spec: free[spec])] = missing
    return wanted


def topped_up(buy: GroupBuy, consent: Consent, spec_id: object, pieces: int) -> Change:
    """The organiser takes pieces on their own account, at the price that all pay.

    That is possible before the order, whoever is missing: who never joined, or has not paid.
    """
    buy.demand(BuyState.LOCKED, BuyState.COLLECTING)
    variant = next((each for each in buy.terms.variants if each.spec_id == spec_id), None)
    if variant is None:
        raise BuyRefused(Why.NO_VARIANT)
    taken = sum(each.served for each in buy.taken if each.spec_id == variant.spec_id)
    if pieces < 1 or taken + pieces > variant.limit:
        raise BuyRefused(Why.FULL, max(0, variant.limit - taken))
    claim = Claim(
        number=max((each.number for each in buy.claims), default=0) + 1,
        user_id=buy.organiser,
        language=buy.language,
        spec_id=variant.spec_id,
        pieces=pieces,
        ceiling=variant.steps.first_price,
        state=ClaimState.PAID if buy.state is BuyState.COLLECTING else ClaimState.HELD,
        consent=consent,
        at=consent.at,
    )
    return Change(buy.replace(claims=(*buy.claims, claim)))


def priced(buy: GroupBuy, quote: Quote, books: Books, now: datetime) -> Change:
    """Take a quote that is too dear for nobody: ask whom it is worse for, else collect.

    Below the minimum the buy fails, whose money was paid back before. Raises `BuyRefused`,
    `BillUnclear`.
    """
    buy.demand(BuyState.LOCKED, BuyState.CONFIRMING)
    if too_dear(buy, quote):
        raise BuyRefused(Why.NO_CONSENT)
    if short_of_minimum(buy):
        return failed(buy, "minimum", books, now)
    bill = bill_of(buy.taken, buy.terms, quote, buy.organiser)
    worse = worse_off(buy, bill)
    if not worse:
        return _collecting(buy.replace(bill=bill, asked=()), books, now)
    if buy.rounds >= MOST_ROUNDS:
        return failed(buy, "consents", books, now)
    asked = buy.replace(
        bill=bill,
        asked=tuple(worse),
        rounds=buy.rounds + 1,
        answer_before=by_day(now + buy.terms.answer_within, buy.terms.zone),
    )
    if asked.state is BuyState.LOCKED:
        asked = asked.moved(BuyState.CONFIRMING, now)
    return Change(asked, news_to(NewsOf.ASK, worse, str(asked.rounds)))


def worse_off(buy: GroupBuy, bill: Bill) -> dict[UserId, frozenset[Adverse]]:
    """Return who would pay more than they agreed to, and in what. The organiser decides anyway."""
    found = {}
    for user, claims in people_of(buy.taken).items():
        share = bill.share_of(user)
        asked = Asked(
            units=tuple((bill.unit_of(each.spec_id), each.ceiling) for each in claims),
            goods=share.goods,
            freight=share.freight,
            fee=share.fee,
        )
        worse = adverse(tuple(each.consent for each in claims), asked, buy.terms)
        if worse and user != buy.organiser:
            found[user] = worse
    return found


def answered(
    buy: GroupBuy, user_id: UserId, *, agrees: bool, books: Books, now: datetime, shown: str = ""
) -> Change:
    """Take one answer. Who agrees has agreed to the freight as it came out, and to some more.

    That is asked once: should others leave, nobody is asked again whose part stays within it
    (`freight_asked`). Who does not agree is out. When all have answered the buy waits to be
    quoted again. Raises `BuyRefused`.
    """
    buy.demand(BuyState.CONFIRMING)
    if user_id not in buy.asked or buy.bill is None:
        raise BuyRefused(Why.NOT_YOURS)
    if buy.answer_before is not None and now > buy.answer_before:
        raise BuyRefused(Why.OVER)
    mine = [each for each in buy.taken if each.user_id == user_id]
    left = buy.replace(asked=tuple(each for each in buy.asked if each != user_id))
    if not agrees:
        return left_out(left, mine, None, books, now, ClaimState.DECLINED)
    bill, most = buy.bill, freight_asked(buy, user_id)
    consented = []
    # Each claim has its part of it, as one of them may be left out later.
    by_heads = buy.terms.by_heads
    parts = [most] * len(mine) if by_heads else split(most, [each.pieces for each in mine])
    for each, freight in zip(mine, parts, strict=True):
        consent = each.consent.replace(
            goods=Fen(max(each.consent.goods, bill.unit_of(each.spec_id) * each.pieces)),
            freight=freight,
            fee_ppm=buy.terms.charged_fee_ppm,
            at=now,
            shown=shown,
        )
        consented.append(each.replace(consent=consent))
    return Change(left.with_claims(consented))


def freight_asked(buy: GroupBuy, user_id: UserId) -> Fen:
    """Return the most freight that somebody agrees to who is asked, in fen.

    It is what they agreed to before, or their part as it came out with the cap above it.
    """
    mine = [each for each in buy.taken if each.user_id == user_id]
    agreed = agreed_together((each.consent.freight for each in mine), buy.terms)
    part = buy.share_of(user_id).freight
    if part <= agreed:
        return agreed
    return Fen(max(part, freight_cap(part, buy.terms.cap_ppm)))


def lapse_unanswered(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Whoever did not answer in time has not agreed. Raises `BuyRefused` before it is time."""
    buy.demand(BuyState.CONFIRMING)
    if buy.answer_before is not None and now <= buy.answer_before and buy.asked:
        raise BuyRefused(Why.NOT_OVER)
    gone = [each for each in buy.taken if each.user_id in buy.asked]
    return left_out(buy.replace(asked=()), gone, NewsOf.LAPSED, books, now, detail="silent")


def paid(
    buy: GroupBuy, user_id: UserId, amount: Money, key: str, books: Books, now: datetime
) -> Change:
    """The organiser saw that amount come in from a member. Raises `BuyRefused`, `LedgerError`."""
    if f"receipt:{key}" in books:
        return Change(buy)
    account, rate = buy.account_of(user_id), buy.terms.rate
    agreed = agreed_with(account, buy.share_of(user_id), rate, buy.terms.charged_fee_ppm)
    if not buy.claims_of(user_id):
        raise BuyRefused(Why.NOT_YOURS)
    operation = received(key, agreed, amount, buy.organiser, now)
    after = Books([*books, operation])
    moved = settled_claims(buy, user_id, after)
    # What they sent has been looked at: whoever paid less owes the rest like anybody.
    said = [each for each in moved.claims_of(user_id) if each.state is ClaimState.PROOF]
    moved = moved.with_claims(each.moved(ClaimState.DUE) for each in said)
    news = [News(kind=NewsOf.RECEIVED, user_id=user_id, detail=key)]
    if moved.state is BuyState.COLLECTING and not _unpaid(moved):
        news.append(News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail=key))
    return Change(moved, tuple(news), (operation,))


def proof_sent(buy: GroupBuy, user_id: UserId, proof: SentProof, detail: str) -> Change:
    """A member says they paid: that moves nothing but their claims' state.

    What somebody sent before is marked for the organiser, and taken. Raises `BuyRefused`.
    """
    earlier = [each.proof for each in buy.claims if each.proof is not None]
    marked = proof.replace(seen_before=any(map(proof.is_the_same, earlier)))
    told = (News(kind=NewsOf.PROOF, user_id=buy.organiser, detail=detail),)
    if buy.state in AFTER_ORDER and (still := [e for e in buy.claims_of(user_id) if e.is_in]):
        return Change(buy.with_claims([still[0].replace(proof=marked)]), told)
    buy.demand(BuyState.COLLECTING)
    mine = [each for each in buy.claims_of(user_id) if each.state in _PAYABLE]
    if not mine:
        raise BuyRefused(Why.STATE)
    waiting = [each for each in mine if each.state is ClaimState.DUE]
    sent = buy.with_claims(each.moved(ClaimState.PROOF) for each in waiting)
    sent = sent.with_claims(
        each.replace(proof=marked)
        for each in sent.claims_of(user_id)
        if each.state is ClaimState.PROOF
    )
    return Change(sent, told)


def proof_declined(buy: GroupBuy, user_id: UserId, detail: str) -> Change:
    """The organiser saw nothing come in."""
    buy.demand(BuyState.COLLECTING)
    mine = [each for each in buy.claims_of(user_id) if each.state is ClaimState.PROOF]
    if not mine:
        raise BuyRefused(Why.STATE)
    back = buy.with_claims(each.moved(ClaimState.DUE) for each in mine)
    return Change(back, (News(kind=NewsOf.NOT_RECEIVED, user_id=user_id, detail=detail),))


def lapse_unpaid(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Leave out who has not paid: before the order, never after.

    Raises `BuyRefused` while the time that they were promised runs.
    """
    buy.demand(BuyState.COLLECTING)
    if buy.pay_before is not None and now < buy.pay_before:
        raise BuyRefused(Why.NOT_OVER)
    gone = [each for each in buy.taken if each.state is ClaimState.DUE]
    kept = buy.replace(pay_before=None)
    return left_out(kept, gone, NewsOf.LAPSED, books, now, detail="unpaid")


def given_up_by(buy: GroupBuy, user_id: UserId, books: Books, now: datetime) -> Change:
    """Somebody says, before their time to pay is over, that they won't: they are out at once.

    What they paid of it goes back in full. Raises `BuyRefused` where nothing is due.
    """
    buy.demand(BuyState.COLLECTING)
    mine = [each for each in buy.taken if each.user_id == user_id and each.state is ClaimState.DUE]
    if not mine:
        raise BuyRefused(Why.STATE)
    change = left_out(buy, mine, None, books, now, ClaimState.DECLINED)
    if not change.buy.taken or _unpaid(change.buy):
        return change
    told = News(kind=NewsOf.ALL_PAID, user_id=buy.organiser, detail=f"without-{mine[0].number}")
    return Change(change.buy, (*change.news, told), change.booked)


def requoted(buy: GroupBuy, quote: Quote, books: Books, now: datetime) -> Change:
    """Take newer numbers for who is left, just before the order.

    What freight changed by is split by itself; above somebody's cap the organiser bears it, and
    nobody is asked again. Raises `BuyRefused` when it is too dear for somebody, or too few are
    left; `BillUnclear`.
    """
    buy.demand(BuyState.COLLECTING)
    if buy.bill is None or not buy.taken:
        raise BuyRefused(Why.TOO_FEW)
    if too_dear(buy, quote):
        raise BuyRefused(Why.NO_CONSENT)
    if missing := short_of_minimum(buy):
        raise BuyRefused(Why.TOO_FEW, missing)
    bill = rebilled(buy.bill, buy.taken, buy.terms, quote, buy.organiser)
    booked = recharged(buy, bill, books, now)
    after = buy.replace(bill=bill).with_claims(
        each.replace(unit=bill.unit_of(each.spec_id)) for each in buy.taken
    )
    kept = Books([*books, *booked])
    for user in after.members:
        after = settled_claims(after, user, kept)
    owing = dict.fromkeys(each.user_id for each in after.taken if each.state is ClaimState.DUE)
    if owing:
        # Their share of the freight rose within what they agreed to, as others are gone.
        until = by_day(now + buy.terms.pay_within, buy.terms.zone)
        after = after.replace(pay_before=until, reminded=False)
    news = news_to(NewsOf.DUE, owing, f"{buy.version}")
    return Change(after, news, tuple(booked))


def frozen(
    buy: GroupBuy,
    order_no: MerchantOrderNo,
    total: Fen,
    numbers: tuple[int, ...],
    now: datetime,
    more_orders: tuple[MerchantOrderNo, ...] = (),
) -> Change:
    """Freeze exactly these claims with the number of the order, for exactly that total.

    `more_orders` are the others where there are more variants than one order takes.

    Raises `BuyRefused` when somebody has not paid, or when it is no longer that set or total.
    """
    if _unpaid(buy):
        raise BuyRefused(Why.UNPAID)
    if missing := short_of_minimum(buy):
        raise BuyRefused(Why.TOO_FEW, missing)
    taken = tuple(each.number for each in buy.taken)
    if buy.bill is None or buy.bill.total != total or numbers != taken or buy.bill.difference:
        raise BuyRefused(Why.TERMS)
    if worse_off(buy, buy.bill):
        raise BuyRefused(Why.NO_CONSENT)
    return Change(
        buy.moved(BuyState.ORDERING, now, order_no=order_no, more_orders=more_orders, frozen=taken)
    )


def reordered(
    buy: GroupBuy, before: MerchantOrderNo, after: MerchantOrderNo, total: Fen, now: datetime
) -> Change:
    """Order once more what one of several orders was to bring, for exactly that total.

    Who is in it does not change. What it costs more or less than before is the organiser's, when
    it is paid. Raises `BuyRefused` unless it is certain that the order before does not exist.
    """
    buy.demand(BuyState.ORDERING, BuyState.ORDERED)
    if before not in buy.lacking or before not in buy.orders:
        raise BuyRefused(Why.STATE)
    if buy.quotes[buy.orders.index(before)].total != total:
        raise BuyRefused(Why.TERMS)
    first, *more = [after if each == before else each for each in buy.orders]
    return Change(
        buy.replace(
            order_no=first,
            more_orders=tuple(more),
            lacking=tuple(each for each in buy.lacking if each != before),
            again_at=now,
        )
    )


def order_dropped(buy: GroupBuy, order_no: MerchantOrderNo, now: datetime) -> Change:
    """Go on without one of several orders, which can't be made any more while another stands.

    Once the others are paid, whoever is in it is credited all of that. Raises `BuyRefused` unless
    it is certain that the order does not exist.
    """
    buy.demand(BuyState.ORDERING, BuyState.ORDERED)
    if order_no not in buy.lacking:
        raise BuyRefused(Why.STATE)
    left = tuple(each for each in buy.lacking if each != order_no)
    return Change(buy.replace(lacking=left, dropped=(*buy.dropped, order_no), again_at=now))


def not_placed(buy: GroupBuy, now: datetime, detail: str) -> Change:
    """It is certain that no order exists, or it was closed unpaid: the claims are free again.

    Raises `BuyRefused`.
    """
    buy.demand(BuyState.ORDERING, BuyState.ORDERED)
    free = buy.moved(
        BuyState.COLLECTING,
        now,
        order_no=None,
        more_orders=(),
        lacking=(),
        unresolved=(),
        dropped=(),
        frozen=(),
    )
    return Change(free, (News(kind=NewsOf.NOT_PLACED, user_id=buy.organiser, detail=detail),))


def placed(buy: GroupBuy, now: datetime) -> Change:
    """The marketplace has the order. Raises `BuyRefused`."""
    buy.demand(BuyState.ORDERING)
    after = buy.moved(BuyState.ORDERED, now)
    return Change(after, (News(kind=NewsOf.PLACED, user_id=buy.organiser),))


def failed(buy: GroupBuy, reason: str, books: Books, now: datetime) -> Change:
    """End a buy that comes to nothing: all claims end, and all that was paid goes back.

    Raises `BuyRefused`.
    """
    buy.demand(*_MAY_END)
    left = _nothing_bought(left_out(buy, buy.taken, None, books, now), books, now)
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    after = left.buy.with_claims(each.moved(ClaimState.LAPSED) for each in waiting)
    people = dict.fromkeys([*buy.members, *(each.user_id for each in waiting)])
    if _owes_somebody(after, Books([*books, *left.booked])):
        # Nothing was ordered, but somebody's money is here: it goes back by name first.
        after = after.moved(BuyState.CANCELLING, now, reason=reason)
    else:
        after = after.moved(BuyState.FAILED, now, reason=reason)
    return Change(after, news_to(NewsOf.FAILED, people, reason), left.booked)


def cancelled(buy: GroupBuy, books: Books, now: datetime) -> Change:
    """Give a buy up before anything was bought: what was paid is listed to be sent back.

    Raises `BuyRefused`; what is ordered ends when the marketplace's order is closed.
    """
    buy.demand(*_MAY_END)
    left = _nothing_bought(left_out(buy, buy.taken, None, books, now), books, now)
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    after = left.buy.with_claims(each.moved(ClaimState.LAPSED) for each in waiting)
    people = dict.fromkeys([*buy.members, *(each.user_id for each in waiting)])
    after = after.moved(BuyState.CANCELLING, now, reason="organiser")
    if not _owes_somebody(after, Books([*books, *left.booked])):
        after = after.moved(BuyState.CANCELLED, now)
    return Change(after, news_to(NewsOf.CANCELLED, people, "organiser"), left.booked)


def _collecting(buy: GroupBuy, books: Books, now: datetime) -> Change:
    bill = buy.bill
    if bill is None:
        raise BuyRefused(Why.STATE)
    due = [
        each.moved(ClaimState.CONFIRMED).moved(ClaimState.DUE, unit=bill.unit_of(each.spec_id))
        for each in buy.taken
    ]
    after = buy.with_claims(due).moved(
        BuyState.COLLECTING,
        now,
        pay_before=by_day(now + buy.terms.pay_within, buy.terms.zone),
        answer_before=None,
    )
    booked = recharged(buy.replace(bill=None), bill, books, now)
    kept = Books([*books, *booked])
    for user in after.members:
        if user == buy.organiser:
            mine = [each for each in after.taken if each.user_id == user]
            after = after.with_claims(each.moved(ClaimState.PAID) for each in mine)
        else:
            after = settled_claims(after, user, kept)
    people = [each for each in after.members if each != buy.organiser]
    told = News(kind=NewsOf.COLLECTING, user_id=buy.organiser)
    return Change(after, (*news_to(NewsOf.DUE, people), told), tuple(booked))


def reminded(buy: GroupBuy, books: Books, detail: str) -> Change:
    """Remind whoever owes something, and nobody else. Raises `BuyRefused` where nobody does."""
    owing = [user for user in buy.members if user != buy.organiser and not buy.covered(books, user)]
    said = {each.user_id for each in buy.claims if each.state is ClaimState.PROOF}
    people = [user for user in owing if user not in said]
    if not people or buy.bill is None:
        raise BuyRefused(Why.STATE)
    return Change(buy, news_to(NewsOf.REMIND, people, detail))


def by_day(moment: datetime, zone: str) -> datetime:
    """Return a moment by which people answer: one at night is put off to the morning."""
    local = moment.astimezone(ZoneInfo(zone))
    if _MORNING <= local.hour < _EVENING:
        return moment
    day = local if local.hour < _MORNING else local + timedelta(days=1)
    return day.replace(hour=_MORNING, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)


def left_out(
    buy: GroupBuy,
    claims: Iterable[Claim],
    told: NewsOf | None,
    books: Books,
    now: datetime,
    end: ClaimState = ClaimState.LAPSED,
    detail: str = "",
) -> Change:
    """End claims before anything was ordered; what was charged for them is credited in full.

    `told` with `detail` is what their people are told.
    """
    gone = list(claims)
    ends = [
        each.moved(ClaimState.REFUNDED if each.state is ClaimState.PAID else end) for each in gone
    ]
    people = list(dict.fromkeys(each.user_id for each in gone))
    after = buy.with_claims(ends)
    if buy.bill is None:
        return Change(after, news_to(told, people, detail))
    left = people_of(after.taken)
    shares = tuple(
        _share_left(buy.bill, each, left.get(each.user_id, ()), buy)
        if each.user_id in people
        else each
        for each in buy.bill.shares
    )
    kept = buy.bill.replace(shares=shares)
    charged_now = buy.state is BuyState.COLLECTING
    booked = recharged(buy, kept, books, now) if charged_now else []
    return Change(after.replace(bill=kept), news_to(told, people, detail), tuple(booked))


def _nothing_bought(change: Change, books: Books, now: datetime) -> Change:
    """Take back what the organiser would have borne, or kept: there is no order to bear it of."""
    buy, bill = change.buy, change.buy.bill
    if bill is None:
        return change
    void = bill.replace(total=Fen(0), borne=Fen(0))
    charged_now = buy.state is BuyState.COLLECTING
    kept = Books([*books, *change.booked])
    booked = recharged(buy, void, kept, now) if charged_now else []
    return Change(buy.replace(bill=void), change.news, (*change.booked, *booked))


def _share_left(bill: Bill, share: Share, claims: tuple[Claim, ...], buy: GroupBuy) -> Share:
    """Return the share of whoever keeps some of their claims: as much of the freight as by its key.

    It is no more than they agreed to for what they keep.
    """
    if not claims:
        return Share(user_id=share.user_id, pieces=0)
    pieces = sum(each.served for each in claims)
    goods = sum(each.served * bill.unit_of(each.spec_id) for each in claims)
    before, left = _weights_left(bill, share.user_id, claims, buy)
    freight = share.freight * left // before if share.freight > 0 and before else share.freight
    most = agreed_together((each.consent.freight for each in claims), buy.terms)
    fee = 0 if share.user_id == buy.organiser else fee_of(goods, buy.terms.charged_fee_ppm)
    return share.replace(
        pieces=pieces, goods=Fen(goods), freight=Fen(min(freight, most)), fee=Fen(fee)
    )


def _weights_left(
    bill: Bill, user_id: UserId, claims: tuple[Claim, ...], buy: GroupBuy
) -> tuple[int, int]:
    """Return what somebody's freight was split by, and what is left of that with these claims."""
    people = people_of(buy.taken)
    price = {each.spec_id: Fen(0) for each in buy.taken}
    price |= {each.spec_id: each.price for each in bill.units}
    # Told apart from the people by a number that nobody has: one unknown weight is void for all.
    weights = shared_by({**people, UserId(0): claims}, buy.terms, price)
    return weights[list(people).index(user_id)], weights[-1]


def settled_claims(buy: GroupBuy, user_id: UserId, books: Books) -> GroupBuy:
    """Move a member's claims to where their balance puts them: paid, or due once more."""
    covered = user_id == buy.organiser or buy.covered(books, user_id)
    mine = [each for each in buy.taken if each.user_id == user_id]
    if covered:
        moved = [each.moved(ClaimState.PAID) for each in mine if each.state in _PAYABLE]
    else:
        moved = [each.moved(ClaimState.DUE) for each in mine if each.state is ClaimState.PAID]
    return buy.with_claims(moved)


def _unpaid(buy: GroupBuy) -> bool:
    return any(each.state is not ClaimState.PAID for each in buy.taken)


def _owes_somebody(buy: GroupBuy, books: Books) -> bool:
    return any(books.open_orders(buy.terms.rate.currency).values())


def news_to(kind: NewsOf | None, people: Iterable[UserId], detail: str = "") -> tuple[News, ...]:
    """Return one piece of news to each of some people; none where there is nothing to say."""
    if kind is None:
        return ()
    return tuple(News(kind=kind, user_id=each, detail=detail) for each in people)
