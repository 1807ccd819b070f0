"""Every port over one database, and what the parts need of one another."""

from collections.abc import Callable

from bot.storage.broadcast_ports import BroadcastPort
from bot.storage.group_ports import GroupBuyPort, GroupCardPort, GroupNewsPort
from bot.storage.operator_ports import AccessPort, AlarmPort, PaymentPort
from bot.storage.ports import (
    AddressPort,
    ConversationPort,
    InboxPort,
    OfferPort,
    OrderPort,
    PictureFilePort,
    RightsPort,
    RunPort,
    UpkeepPort,
)
from bot.storage.post_ports import PostPort
from bot.storage.question_ports import QuestionPort
from bot.storage.replica_ports import ReplicaPort
from bot.storage.shop_ports import ShopEventPort, ShopPort
from bot.storage.sql.access import Invitations
from bot.storage.sql.addresses import AddressBook
from bot.storage.sql.alarms import AlarmsTold
from bot.storage.sql.broadcasts import Broadcasts
from bot.storage.sql.conversations import Conversations
from bot.storage.sql.database import Database
from bot.storage.sql.group_buys import GroupBuys
from bot.storage.sql.group_cards import GroupCards
from bot.storage.sql.group_forgetting import GroupForgetting
from bot.storage.sql.group_news import GroupNews
from bot.storage.sql.group_rows import GroupRows
from bot.storage.sql.inbox import Inbox, Lanes
from bot.storage.sql.ledger import LedgerRows
from bot.storage.sql.notices import Notices
from bot.storage.sql.offers import Offers
from bot.storage.sql.orders import Orders
from bot.storage.sql.payment_attempts import PaymentAttempts
from bot.storage.sql.picture_files import PictureFiles
from bot.storage.sql.posts import Posts
from bot.storage.sql.push_inbox import Pushes
from bot.storage.sql.questions import Questions
from bot.storage.sql.resealing import Resealing
from bot.storage.sql.rights import Rights
from bot.storage.sql.runs import Runs
from bot.storage.sql.shop import Shop
from bot.storage.sql.shop_events import ShopEvents
from bot.storage.sql.sorting import Sorting
from bot.storage.sql.tracking import TrackedOrders
from bot.storage.sql.upkeep import Upkeep
from bot.storage.sql.watches import Watches
from bot.storage.tracking_ports import NoticePort, PushPort, TrackingPort
from bot.storage.watch_ports import WatchPort


class SqlStorage:
    """Implements `Storage`. Each part has the database, and the parts that it needs besides."""

    def __init__(
        self,
        database: Database,
        replicas: ReplicaPort | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        """`replicas` and `lanes` are None where one process has the database alone."""
        self.database = database
        self.replicas = replicas
        ledger, events = LedgerRows(database), ShopEvents(database)
        shop = Shop(database, ledger, events)
        addresses, inbox = AddressBook(database), Inbox(database, lanes)
        posts = Posts(database)
        sorting, notices, offers = Sorting(database), Notices(database), Offers(database)
        orders = Orders(database, shop, sorting)
        group_rows, group_cards = GroupRows(database), GroupCards(database)
        groups = GroupBuys(database, group_rows)
        rights = Rights(database, orders, ledger, GroupForgetting(database, group_rows))
        self.access: AccessPort = Invitations(database)
        self.addresses: AddressPort = addresses
        self.alarms: AlarmPort = AlarmsTold(database)
        self.broadcasts: BroadcastPort = Broadcasts(database)
        self.conversations: ConversationPort = Conversations(
            database,
            inbox=inbox,
            offers=offers,
            addresses=addresses,
            orders=orders,
            rights=rights,
            shop=shop,
            groups=groups,
            group_cards=group_cards,
            posts=posts,
        )
        self.group_buys: GroupBuyPort = groups
        self.group_cards: GroupCardPort = group_cards
        self.group_news: GroupNewsPort = GroupNews(database)
        self.inbox: InboxPort = inbox
        self.notices: NoticePort = notices
        self.offers: OfferPort = offers
        self.orders: OrderPort = orders
        self.payments: PaymentPort = PaymentAttempts(database)
        self.picture_files: PictureFilePort = PictureFiles(database)
        self.posts: PostPort = posts
        self.pushes: PushPort = Pushes(database, sorting)
        self.questions: QuestionPort = Questions(database)
        self.rights: RightsPort = rights
        self.runs: RunPort = Runs(database, groups)
        self.shop: ShopPort = shop
        self.shop_events: ShopEventPort = events
        self.tracking: TrackingPort = TrackedOrders(database, orders, notices, shop, sorting)
        self.upkeep: UpkeepPort = Upkeep(database, inbox, orders)
        self.watches: WatchPort = Watches(database)

    async def open(self) -> None:
        """Open the database, migrate it, check the key. Raises `StorageUnavailable`."""
        await self.database.open()

    async def close(self) -> None:
        """Finish what is under way and close. Closing twice does nothing."""
        await self.database.close()

    async def check(self) -> None:
        """Answer if the database can be read and written. Raises `StorageUnavailable`."""
        await self.database.check()

    async def reseal(self, on_batch: Callable[[int], None] = lambda _: None) -> int:
        """Seal everything with the first key; see `Resealing`."""
        return await Resealing(self.database).reseal(on_batch)

    @property
    def commits(self) -> int:
        """How many commits (fsyncs) were made since opening."""
        return self.database.commits
