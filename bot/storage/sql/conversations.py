"""Sessions, what their screens show, and the commit of a step."""

from typing import assert_never

from bot.domain.identifiers import ChatId, UserId
from bot.domain.offers import SearchPage
from bot.domain.sessions import Session
from bot.domain.writes import (
    ChangeBuy,
    ClaimOrder,
    DeleteAddress,
    EndPost,
    ForgetPerson,
    JoinBuy,
    KeepOffer,
    KeepResults,
    MarkTold,
    OpenBuy,
    QueuePost,
    SaveAddress,
    SendProof,
    SetTerms,
    ShowBuy,
    Write,
)
from bot.storage.codec import pack, to_micros, unpack
from bot.storage.places import place_of_results, place_of_session
from bot.storage.ports import StepCommit, VersionConflict
from bot.storage.sql.addresses import AddressBook
from bot.storage.sql.batch import Work, execute_then, executing
from bot.storage.sql.connection import Connection, Cursor
from bot.storage.sql.database import Database
from bot.storage.sql.group_buys import GroupBuys
from bot.storage.sql.group_cards import GroupCards
from bot.storage.sql.inbox import Inbox
from bot.storage.sql.lately import Lately
from bot.storage.sql.offers import Offers
from bot.storage.sql.orders import Orders
from bot.storage.sql.posts import Posts
from bot.storage.sql.rights import Rights
from bot.storage.sql.shop import Shop

# Of people who are here now.
_SESSIONS, _RESULTS = 320, 128

_NEW_SESSION = (
    "INSERT INTO sessions (session_id, revision, body, touched_at, chat_id, user_id)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_SAVE_SESSION = (
    "UPDATE sessions SET session_id = ?, revision = ?, body = ?, touched_at = ?"
    " WHERE chat_id = ? AND user_id = ? AND revision = ?"
)
_KEEP_RESULTS = (
    "INSERT INTO results (session_id, body, touched_at) VALUES (?, ?, ?)"
    " ON CONFLICT (session_id) DO UPDATE"
    " SET body = excluded.body, touched_at = excluded.touched_at"
)


class Conversations:
    """Implements `ConversationPort`; a step may change what other parts keep as well."""

    def __init__(
        self,
        database: Database,
        *,
        inbox: Inbox,
        offers: Offers,
        addresses: AddressBook,
        orders: Orders,
        rights: Rights,
        shop: Shop,
        groups: GroupBuys,
        group_cards: GroupCards,
        posts: Posts,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._offers = offers
        self._addresses = addresses
        self._orders = orders
        self._rights = rights
        self._shop = shop
        self._groups = groups
        self._group_cards = group_cards
        self._posts = posts
        self._sessions: Lately[tuple[ChatId, UserId], Session] = Lately(
            _SESSIONS, alone=database.is_alone
        )
        self._results: Lately[str, SearchPage] = Lately(_RESULTS, alone=database.is_alone)
        database.remembers(self._sessions.clear)
        database.remembers(self._results.clear)

    async def load_session(self, chat_id: ChatId, user_id: UserId) -> Session | None:
        """Return the conversation of that person in that chat."""
        known = self._sessions.get((chat_id, user_id))
        if known is not None:
            return known
        began = self._sessions.moment
        row = await self._database.row(
            "SELECT body FROM sessions WHERE chat_id = ? AND user_id = ?", chat_id, user_id
        )
        if row is None:
            return None
        same = self._sessions.same((chat_id, user_id), row[0])
        if same is not None:
            return same
        session = self._database.unseal(Session, row[0], place_of_session(chat_id, user_id))
        self._sessions.read((chat_id, user_id), session, began, row[0])
        return session

    async def commit_step(self, commit: StepCommit) -> None:
        """Commit one step. Raises `VersionConflict` or `AlreadyClaimed`, then nothing changed."""
        session = commit.session
        sealed = self._database.seal(session, place_of_session(session.chat_id, session.user_id))
        statements = self._statements_of(commit, sealed)

        def run(connection: Connection) -> None:
            for statement in statements:
                statement(connection)

        try:
            await self._database.write(run)
        except BaseException:
            # Somebody else wrote, or a caller that was cancelled does not learn whether it did.
            self._doubt(commit)
            raise
        self._keep(commit, sealed)
        if any(isinstance(each, ForgetPerson | DeleteAddress) for each in commit.writes):
            await self._database.empty_log()

    async def results_of(self, session_id: str) -> SearchPage | None:
        """Return the session's current page of results."""
        known = self._results.get(session_id)
        if known is not None:
            return known
        began = self._results.moment
        row = await self._database.row("SELECT body FROM results WHERE session_id = ?", session_id)
        if row is None:
            return None
        same = self._results.same(session_id, row[0])
        if same is not None:
            return same
        page = unpack(SearchPage, self._database.unseal_bytes(row[0], place_of_results(session_id)))
        self._results.read(session_id, page, began, row[0])
        return page

    def _keep(self, commit: StepCommit, sealed: bytes) -> None:
        """Remember what is committed."""
        session = commit.session
        key = (session.chat_id, session.user_id)
        if ForgetPerson() in commit.writes:
            self._database.read_anew()
        before = self._sessions.get(key)
        if (
            self._database.is_alone
            and commit.expected_revision is not None
            and (before is None or before.session_id != session.session_id)
        ):
            # With a session's old id go the results that were kept under it.
            self._results.clear()
        self._sessions.written(key, session, sealed)
        for write in commit.writes:
            match write:
                case KeepResults(page):
                    self._results.written(session.session_id, page)
                case KeepOffer(offer):
                    self._offers.saved(offer)

    def _doubt(self, commit: StepCommit) -> None:
        session = commit.session
        self._sessions.doubt((session.chat_id, session.user_id))
        self._results.doubt(session.session_id)
        for write in commit.writes:
            if isinstance(write, KeepOffer):
                self._offers.doubted(write.offer)
            if isinstance(write, ForgetPerson):
                self._database.read_anew()

    def _statements_of(self, commit: StepCommit, sealed: bytes) -> list[Work]:
        """Prepare everything that takes no connection, so that the transaction is short."""
        prepared = [(each, self._prepared(each, commit)) for each in commit.writes]
        claims = [do for each, do in prepared if isinstance(each, ClaimOrder)]
        forgetting = [do for each, do in prepared if isinstance(each, ForgetPerson)]
        others = [do for each, do in prepared if not isinstance(each, ClaimOrder | ForgetPerson)]
        if commit.update_id is not None:
            others.append(self._inbox.committing(commit.update_id))
        others += map(self._inbox.finishing, commit.passed)
        # Claims come first: of two taps the second hears of the order. What a step keeps of
        # somebody whom it forgets stays.
        saving = self._saving(commit.session, commit.expected_revision, sealed)
        return [*claims, saving, *forgetting, *others]

    def _prepared(self, write: Write, commit: StepCommit) -> Work:  # noqa: C901, PLR0912 - an arm a write
        session = commit.session
        match write:
            case ClaimOrder(order, part):
                prepared: Work = self._orders.claiming(order, session, part)
            case ForgetPerson():
                prepared = self._rights.forgetting(
                    session.user_id, session.chat_id, commit.update_id
                )
            case KeepResults(page):
                sealed = self._database.seal_bytes(pack(page), place_of_results(session.session_id))
                prepared = executing(
                    _KEEP_RESULTS, session.session_id, sealed, to_micros(self._database.now())
                )
            case KeepOffer(offer):
                prepared = self._offers.saving(offer)
            case SaveAddress(saved):
                prepared = self._addresses.saving(saved, session.user_id)
            case DeleteAddress(address_id):
                prepared = self._addresses.deleting(address_id, session.user_id)
            case MarkTold(order_no, placing):
                prepared = self._orders.telling(order_no, placing, session.user_id)
            case SendProof(proof):
                prepared = self._shop.sending(proof)
            case SetTerms(terms):
                prepared = self._shop.setting(terms)
            case OpenBuy(buy):
                prepared = self._groups.opening(buy)
            case JoinBuy(buy_id, wanted):
                prepared = self._groups.joining(buy_id, wanted)
            case ChangeBuy(buy_id, decide):
                prepared = self._groups.changing(buy_id, decide)
            case ShowBuy(card):
                prepared = self._group_cards.showing(card)
            case QueuePost(post):
                prepared = self._posts.queueing(post)
            case EndPost(post_id):
                prepared = self._posts.ending(post_id)
            case _:
                assert_never(write)
        return prepared

    def _saving(self, session: Session, expected_revision: int | None, sealed: bytes) -> Work:
        if expected_revision is not None and session.revision != expected_revision + 1:
            raise ValueError(f"revision {session.revision} does not follow {expected_revision}")
        now = to_micros(self._database.now())

        row = (session.session_id, session.revision, sealed, now, session.chat_id, session.user_id)

        def check(stored: Cursor) -> None:
            if not stored.rowcount:
                raise VersionConflict(f"{session.session_id} is not at {expected_revision}")

        def save(connection: Connection) -> None:
            try:
                if expected_revision is None:
                    connection.execute(_NEW_SESSION, row)
                else:
                    execute_then(connection, _SAVE_SESSION, (*row, expected_revision), check)
            except connection.IntegrityError as error:
                # A row exists already, or another conversation has this id: load again.
                raise VersionConflict(f"{session.session_id} {session.revision}") from error

        return save
