"""What members and organisers of group buys pressed, held against claims and books."""

import html
from collections import Counter
from collections.abc import Container, Sequence

from soak_books import RunBuy
from soak_deputy import Deputy
from soak_findings import Audit
from soak_groups import Crowd
from soak_members import Member

from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.identifiers import UserId
from bot.domain.ledger import Kind

_NAMED = 20  # characters of a variant's name that a screen surely shows
_S = ClaimState
_RECEIPT = Kind.RECEIPT


def judge_people(found: Audit, crowd: Crowd, buys: Sequence[RunBuy]) -> None:
    """6 to 10: what stands in the buys was pressed by whom it concerns, and told to nobody else."""
    for run in buys:
        _judge_organisers(found, run, crowd)
    for member in crowd.members:
        _judge_consents(found, member, buys)
    _judge_receipts(found, crowd, buys)
    _judge_chats(found, crowd)


def _judge_organisers(found: Audit, run: RunBuy, crowd: Crowd) -> None:
    """8: a buy is run by who opened it, or by whom it was taken over; only they tick off."""
    buy, number = run.buy, str(run.buy.buy_id)
    name = f"buy {number} ({buy.state.value})"
    for each in crowd.organisers:
        if not isinstance(each, Deputy):
            continue
        if buy.organiser == each.chat.user_id and number not in each.taken_over:
            found.wrong.append(f"8: {name}: taken over by nobody's word")
        if buy.organiser != each.chat.user_id and number in each.has:
            found.lost.append(f"{name}: was said to be taken over")
    handed = {each for one in crowd.organisers for each in one.noted.handed}
    allowed = {each for one in crowd.organisers for each in one.noted.allowed}
    removed = {each for one in crowd.organisers for each in one.noted.removed}
    for user in dict.fromkeys(each.user_id for each in buy.claims):
        mine = buy.claims_of(user)
        pressed = any((number, str(each.number)) in handed for each in mine)
        if any(each.handed_at for each in mine) and not pressed:
            found.wrong.append(f"8: {name}: {user}'s goods were ticked off by nobody")
        if buy.share_of(user).allowed and str(buy.account_of(user)) not in allowed:
            found.wrong.append(f"8: {name}: {user} was given off what nobody said")
        if any(each.reason for each in mine) and number not in removed:
            found.wrong.append(f"8: {name}: {user} was taken out by nobody")


def _judge_consents(found: Audit, member: Member, buys: Sequence[RunBuy]) -> None:
    """6, 8 and 9: each claim by a press of its own that named the most; each end by its own."""
    who, ended, again = member.chat.user_id, Counter[ClaimState](), 0
    totals = Counter(each.total for each in {each.data: each for each in member.joins}.values())
    pressed = Counter[str]()
    for press, count in member.pressed.items():
        pressed[press.partition(" ")[0]] += count
    every = [each for run in buys for each in run.buy.claims_of(UserId(who))]
    said = {each.dispute.text for each in every if each.dispute is not None}
    for buy in (run.buy for run in buys):
        mine = buy.claims_of(UserId(who))
        ended.update(each.state for each in mine)
        joined = [each for each in mine if each.consent.shown]
        again += len(joined) < len(mine)
        totals.subtract(map(_most_of, joined))
        strange = [each.spec_id for each in joined if not _was_named(buy, each, member)]
        strange += [
            swapped.spec_id
            for each in mine
            for swapped in each.swapped
            if swapped.spec_id not in each.alternatives and not pressed["instead"]
        ]
        found.wrong += [f"6: buy {buy.buy_id}: {who} never agreed to {each}" for each in strange]
        found.lost += [f"buy {buy.buy_id}: {who}'s {each}" for each in _lost_of(member, buy, said)]
    if without := [each for each, count in totals.items() if count < 0]:
        found.wrong.append(f"6: {who}: claims of {without} fen without a press that named them")
    if again > pressed["agree"] + pressed["renew"] + pressed["ask"]:
        found.wrong.append(f"9: {who}: agreed without a press")
    if ended[_S.WITHDRAWN] > pressed["withdraw"]:
        found.wrong.append(f"8: {who}: {ended[_S.WITHDRAWN]} claims withdrawn without a press")
    if ended[_S.DECLINED] and not pressed["disagree"] + pressed["give_up"]:
        found.wrong.append(f"8: {who}: declined without a press")


def _was_named(buy: GroupBuy, claim: Claim, member: Member) -> bool:
    """Tell whether a screen that was agreed on named the variant, or named it as another choice."""
    variant = buy.terms.variant(claim.spec_id)
    names = [variant.label.in_language(each)[:_NAMED] for each in ("en", "zh")] if variant else []
    shown = [
        html.unescape(each.shown)
        for each in member.joins
        if each.shown and each.total == _most_of(claim)
    ]
    return not shown or not all(names) or any(name in text for name in names for text in shown)


def _most_of(claim: Claim) -> int:
    consent = claim.consent
    fee = consent.fee_ppm * consent.goods // 1_000_000
    return consent.goods + consent.freight + fee + consent.other


def _lost_of(member: Member, buy: GroupBuy, said: Container[str]) -> list[str]:
    """The last proof, and the last complaint, that a member was thanked for stand with a claim.

    `said` are their complaints in all buys: the thanks may come when they look at another buy.
    """
    user = UserId(member.chat.user_id)
    mine, lost = buy.claims_of(user), []
    proof = member.proofs.get(buy.account_of(user)) if mine else None
    # A later one, whose thanks were not seen, may have taken its place.
    if proof and not any(each.proof is not None for each in mine):
        lost.append(f"proof {proof}")
    complaint = member.complaints.get(str(buy.buy_id))
    stands = complaint in said or any(each.dispute is not None for each in mine)
    if complaint and not stands:
        lost.append(f"complaint {complaint}")
    return lost


def _judge_receipts(found: Audit, crowd: Crowd, buys: Sequence[RunBuy]) -> None:
    """7 and: what came in was pressed; nobody is credited twice, nor given back more than came."""
    pressed: dict[str, set[str]] = {}
    for each in crowd.organisers:
        for account, presses in each.noted.receipts.items():
            pressed.setdefault(account, set()).update(presses)
    booked = Counter(str(op.order_no) for run in buys for op in run.books if op.kind is _RECEIPT)
    for account, count in booked.items():
        if count > len(said := pressed.get(account, set())):
            found.duplicated.append(f"{account}: {count} receipts, pressed {sorted(said)}")
    _judge_sums(found, buys)


def _judge_sums(found: Audit, buys: Sequence[RunBuy]) -> None:
    for run in buys:
        for user in dict.fromkeys(claim.user_id for claim in run.buy.claims):
            account = run.buy.account_of(user)
            sums = Counter[Kind]()
            for op in run.books:
                if op.order_no == account:
                    sums[op.kind] += sum(abs(m.units) for _, m in op.customer_entries())
            if sums[Kind.RECEIPT] > sums[Kind.CHARGE]:
                found.duplicated.append(f"{account}: received more than was ever charged")
            if sums[Kind.REFUND] > sums[Kind.RECEIPT]:
                found.wrong.append(f"7: {account}: more sent back than came in")


def _judge_chats(found: Audit, crowd: Crowd) -> None:
    """10: no member reads another's name; organisers know theirs."""
    for each in crowd.members:
        text, me = "\n".join(each.chat.seen_text), each.chat.user_id
        others = [who for who, name in crowd.names.items() if who != me and name in text]
        if others:
            found.wrong.append(f"10: {me} read the names of {others}")
