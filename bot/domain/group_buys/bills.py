"""What everybody pays for the group's one order, so that it adds up to the marketplace's total.

BillUnclear  the marketplace named no number for something that is in the order
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

from pydantic import Field

from bot.domain.drafts import OrderLine
from bot.domain.group_buys.claims import Claim, agreed_together
from bot.domain.group_buys.shares import fee_of, split, unit_price, usable_weights
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import SpecId, UserId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.quotes import Quote


class BillUnclear(ValueError):
    """The quote leaves out a variant that is in the order."""


class Share(Value):
    """What one person pays, in fen; `freight` may be a few fen of credit.

    `abroad` is the second instalment. `allowed` is taken off after a complaint.
    """

    user_id: UserId
    pieces: int = Field(ge=0)
    goods: Fen = Fen(0)
    freight: Fen = Fen(0)
    fee: Fen = Fen(0)
    abroad: Fen = Fen(0)
    allowed: Fen = Fen(0)

    @property
    def marketplace(self) -> Fen:
        """How many fen of it go to the marketplace, and to who carries the goods on."""
        return Fen(self.goods + self.freight + self.abroad - self.allowed)

    @property
    def total(self) -> Fen:
        """The whole in fen."""
        return Fen(self.marketplace + self.fee)


class Unit(Value):
    """What a piece of a variant costs everybody, in fen."""

    spec_id: SpecId | None
    price: Fen


class Bill(Value):
    """Shares of a total of the marketplace: goods and freight of all come to `total` exactly.

    `borne` is what the organiser bears of it, above what others agreed to.
    """

    units: tuple[Unit, ...]
    shares: tuple[Share, ...]
    total: Fen
    borne: Fen = Fen(0)

    def unit_of(self, spec_id: SpecId | None) -> Fen:
        """Return what a piece costs, in fen. Raises `BillUnclear`."""
        for each in self.units:
            if each.spec_id == spec_id:
                return each.price
        raise BillUnclear(str(spec_id))

    def share_of(self, user_id: UserId) -> Share:
        """Return a person's share; of whoever is not in it, one of nothing."""
        for each in self.shares:
            if each.user_id == user_id:
                return each
        return Share(user_id=user_id, pieces=0)

    @property
    def difference(self) -> int:
        """Return what does not add up, in fen; nothing as long as the bill is right."""
        return self.total - self.borne - sum(each.marketplace for each in self.shares)


def lines_of(claims: Iterable[Claim], terms: Terms) -> tuple[OrderLine, ...]:
    """Return the one order of all claims, a line a variant, in the seller's sequence."""
    pieces = pieces_by_variant(claims)
    return tuple(
        goods.line(each, pieces[each.spec_id])
        for goods in terms.all_goods
        for each in goods.variants
        if pieces.get(each.spec_id)
    )


def pieces_by_variant(claims: Iterable[Claim]) -> dict[SpecId | None, int]:
    """Return how many pieces of each variant claims come to."""
    pieces: dict[SpecId | None, int] = {}
    for each in claims:
        pieces[each.spec_id] = pieces.get(each.spec_id, 0) + each.served
    return pieces


def got_by_variant(claims: Iterable[Claim]) -> dict[SpecId | None, int]:
    """Return how many pieces of each variant go to people: what came instead is counted as such."""
    pieces: dict[SpecId | None, int] = {}
    for each in claims:
        for spec, count in each.gets:
            pieces[spec] = pieces.get(spec, 0) + count
    return pieces


def units_of(claims: Iterable[Claim], terms: Terms, quote: Quote) -> tuple[tuple[Unit, ...], Fen]:
    """Return one price a variant, and the pot: how many fen of the total are left to be shared.

    What was taken off or put on the goods as a whole is spread over the lines by their value.
    Raises `BillUnclear`.
    """
    claims = list(claims)
    wanted = pieces_by_variant(claims)
    named = [each.spec_id for each in terms.variants if wanted.get(each.spec_id)]
    lines = lines_of(claims, terms)
    amounts = []
    for line in lines:
        quoted = quote.line_for(line)
        if quoted is None:
            raise BillUnclear(str(line.spec_id))
        amounts.append(int(quoted.amount))
    left = quote.goods - sum(amounts)
    if left and sum(amounts):
        # A piece is never dearer for it than the marketplace's price: what is put on is shared.
        spread = split(min(left, 0), amounts)
        amounts = [amount + part for amount, part in zip(amounts, spread, strict=True)]
    priced = [
        (spec, line.quantity, unit_price(Fen(amount), line.quantity)[0])
        for spec, line, amount in zip(named, lines, amounts, strict=True)
    ]
    units = tuple(Unit(spec_id=spec, price=price) for spec, _, price in priced)
    goods = sum(price * pieces for _, pieces, price in priced)
    return units, Fen(quote.total - goods)


def bill_of(
    claims: Iterable[Claim],
    terms: Terms,
    quote: Quote,
    organiser: UserId,
) -> Bill:
    """Return what everybody pays for an order as the marketplace quotes it.

    The organiser's own pieces bear no fee. Where the weight of a variant is missing, weights are
    void. At fixed prices the organiser bears what they do not cover, and keeps what they leave.
    Raises `BillUnclear`.
    """
    claims = sorted(claims, key=lambda each: each.number)
    units, pot = units_of(claims, terms, quote)
    if terms.is_fixed:
        return _fixed_bill(claims, terms, quote)
    price = {each.spec_id: each.price for each in units}
    people = people_of(claims)
    if not people:
        return Bill(units=(), shares=(), total=quote.total, borne=quote.total)
    pieces = [sum(each.served for each in mine) for mine in people.values()]
    goods = [sum(each.served * price[each.spec_id] for each in mine) for mine in people.values()]
    freight = split(pot, shared_by(people, terms, price))
    shares = tuple(
        Share(
            user_id=user,
            pieces=count,
            goods=Fen(worth),
            freight=part,
            fee=Fen(0) if user == organiser else fee_of(worth, terms.charged_fee_ppm),
        )
        for user, count, worth, part in zip(people, pieces, goods, freight, strict=True)
    )
    return Bill(units=units, shares=shares, total=quote.total)


def _fixed_bill(claims: Iterable[Claim], terms: Terms, quote: Quote) -> Bill:
    claims = list(claims)
    ordered = pieces_by_variant(claims)
    units = tuple(
        Unit(spec_id=each.spec_id, price=terms.fixed_price(each))
        for each in terms.variants
        if ordered.get(each.spec_id)
    )
    price = {each.spec_id: each.price for each in units}
    shares = tuple(
        Share(
            user_id=user,
            pieces=sum(each.served for each in mine),
            goods=Fen(sum(each.served * price[each.spec_id] for each in mine)),
        )
        for user, mine in people_of(claims).items()
    )
    paid = sum(each.goods for each in shares)
    return Bill(units=units, shares=shares, total=quote.total, borne=Fen(quote.total - paid))


def shared_by(
    people: Mapping[UserId, tuple[Claim, ...]], terms: Terms, price: Mapping[SpecId | None, Fen]
) -> tuple[int, ...]:
    """Return the weights by which shared costs are split, one a person, by the key agreed to."""
    pieces = [sum(each.served for each in mine) for mine in people.values()]
    goods = [sum(each.served * price[each.spec_id] for each in mine) for mine in people.values()]
    heavy = [_grams(mine, terms.grams) for mine in people.values()]
    return usable_weights(terms.freight_key, pieces, goods, heavy)


def people_of(claims: Iterable[Claim]) -> dict[UserId, tuple[Claim, ...]]:
    """Return everybody's claims, by who claimed first."""
    claims = list(claims)
    first: dict[UserId, int] = {}
    for each in claims:
        first[each.user_id] = min(each.number, first.get(each.user_id, each.number))
    ordered = sorted(claims, key=lambda each: (first[each.user_id], each.number))
    return {user: tuple(mine) for user, mine in groupby(ordered, key=lambda each: each.user_id)}


def rebilled(
    before: Bill,
    claims: Iterable[Claim],
    terms: Terms,
    quote: Quote,
    organiser: UserId,
) -> Bill:
    """Return the bill after somebody left, or the marketplace's numbers moved.

    Freight is not split again, which could raise one's share of a smaller sum: what it changed by
    is split by itself, and what is above somebody's cap is the organiser's to bear. Only who takes
    more pieces than before has their part worked out afresh.
    """
    claims = sorted(claims, key=lambda each: each.number)
    fresh = bill_of(claims, terms, quote, organiser)
    if not fresh.shares or terms.is_fixed:
        return fresh
    staying = [before.share_of(each.user_id) for each in fresh.shares]
    people = people_of(claims)
    price = {each.spec_id: each.price for each in fresh.units}
    weights = shared_by(people, terms, price)
    grown = [each.pieces > old.pieces for each, old in zip(fresh.shares, staying, strict=True)]
    if any(grown) and any(weight for weight, more in zip(weights, grown, strict=True) if not more):
        # Who took more since, as an organiser may, has a full part by the key, not of a change.
        staying = [
            each if more else old
            for each, old, more in zip(fresh.shares, staying, grown, strict=True)
        ]
        weights = tuple(0 if more else weight for weight, more in zip(weights, grown, strict=True))
    pot = sum(each.freight for each in fresh.shares)
    delta = pot - sum(each.freight for each in staying)
    # What the organiser bears already stays theirs: looking once more moves nothing to others.
    borne = max(0, min(before.borne, delta))
    delta -= borne
    parts = split(delta, weights) if delta else [Fen(0)] * len(staying)
    shares = []
    for each, old, part in zip(fresh.shares, staying, parts, strict=True):
        mine = people[each.user_id]
        cap = agreed_together((claim.consent.freight for claim in mine), terms)
        freight = old.freight + part
        if each.user_id != organiser and part > 0 and freight > cap:
            kept = max(old.freight, min(freight, cap))
            borne += freight - kept
            freight = kept
        shares.append(each.replace(freight=Fen(freight)))
    return fresh.replace(shares=tuple(shares), borne=Fen(borne))


def _grams(claims: Iterable[Claim], grams: Mapping[str, int]) -> int | None:
    total = 0
    for each in claims:
        weight = grams.get(each.spec_id or "")
        if weight is None:
            return None
        total += weight * each.served
    return total
