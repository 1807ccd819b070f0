"""`python -m bot parked`: updates that failed repeatedly, and another try for them."""

from bot.operator import CommandRefused
from bot.storage.ports import Storage

_LARGEST = 2**63 - 1  # what the database holds


async def listed(storage: Storage) -> str:
    """Name each parked update with its error; what the person wrote is not shown."""
    parked = await storage.inbox.parked_updates()
    if not parked:
        return "No update is parked."
    return "\n".join(f"{each.update_id}  {each.attempts} tries  {error}" for each, error in parked)


async def retry(storage: Storage, update_id: int) -> str:
    """Have a running bot try it again within seconds, else the next one at its start.

    Raises `CommandRefused` for what is not parked.
    """
    if abs(update_id) > _LARGEST or not await storage.inbox.requeue_update(update_id):
        raise CommandRefused(f"{update_id} is not parked")
    await storage.upkeep.nudge()
    return f"{update_id} will be tried again."
