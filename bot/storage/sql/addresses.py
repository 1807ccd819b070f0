"""Address books in SQLite. Addresses are sealed."""

from datetime import datetime

from bot.domain.addresses import Address, SavedAddress
from bot.domain.identifiers import AddressId, MarketplaceName, UserId
from bot.domain.recent import Recent
from bot.storage.places import place_of_address
from bot.storage.sql.batch import Work, executing
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import AT_HAND, Database
from bot.storage.sql.lately import Lately

_REMEMBERED = 256
_OF_PERSON = (
    "SELECT marketplace, address_id, is_default, body FROM addresses WHERE user_id = ?"
    " ORDER BY is_default DESC, saved_order DESC"
)


class AddressBook:
    """Implements `AddressPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lately: Lately[tuple[UserId, AddressId], Address] = Lately(_REMEMBERED, alone=False)
        self._read_at: Recent[UserId, datetime] = Recent(_REMEMBERED)
        database.remembers(self._lately.clear)
        database.remembers(self._read_at.clear)

    async def addresses_of(self, user_id: UserId) -> tuple[SavedAddress, ...]:
        """Return that person's addresses, the default first, then the latest saved.

        An operator's command may change them from another process: each time they are read again.
        """
        before, now = self._read_at.get(user_id), self._database.now()
        is_at_hand = before is not None and now - before <= AT_HAND
        read = self._database.rows_at_hand if is_at_hand else self._database.rows
        rows = await read(_OF_PERSON, user_id)
        self._read_at.put(user_id, now)
        return tuple(
            SavedAddress(
                address_id=(named := AddressId(address_id, MarketplaceName(marketplace))),
                address=self._opened(user_id, named, body),
                is_default=bool(is_default),
            )
            for marketplace, address_id, is_default, body in rows
        )

    def _opened(self, user_id: UserId, name: AddressId, body: bytes) -> Address:
        """Return what a row holds, opened only where it is not what is known already."""
        address = self._lately.same((user_id, name), body)
        if address is None:
            place = place_of_address(user_id, name.marketplace, name.id)
            address = self._database.unseal(Address, body, place)
            self._lately.read((user_id, name), address, self._lately.moment, body)
        return address

    def saving(self, saved: SavedAddress, user_id: UserId) -> Work:
        """Return what stores an address; a default takes that from the others."""
        name = saved.address_id
        sealed = self._database.seal(
            saved.address, place_of_address(user_id, name.marketplace, name.id)
        )
        self._lately.written((user_id, name), saved.address, sealed)

        def save(connection: Connection) -> None:
            if saved.is_default:
                connection.execute(
                    "UPDATE addresses SET is_default = 0 WHERE user_id = ? AND is_default = 1",
                    (user_id,),
                )
            connection.execute(
                "INSERT INTO addresses"
                " (user_id, marketplace, address_id, is_default, saved_order, body)"
                " SELECT :user, :marketplace, :address, :default,"
                " COALESCE(MAX(saved_order), 0) + 1, :body"
                " FROM addresses WHERE user_id = :user"
                " ON CONFLICT (user_id, marketplace, address_id) DO UPDATE"
                " SET is_default = excluded.is_default,"
                " saved_order = excluded.saved_order, body = excluded.body",
                {
                    "user": user_id,
                    "marketplace": name.marketplace,
                    "address": name.id,
                    "default": saved.is_default,
                    "body": sealed,
                },
            )

        return save

    def deleting(self, address_id: AddressId, user_id: UserId) -> Work:
        """Return what drops an address, if that person has it."""
        return executing(
            "DELETE FROM addresses WHERE user_id = ? AND marketplace = ? AND address_id = ?",
            user_id,
            address_id.marketplace,
            address_id.id,
        )
