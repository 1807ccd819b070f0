"""getUpdates and the webhook's methods."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.botapi.errors import BadRequestError, ConflictError
from sandbox.botapi.links import is_local
from sandbox.botapi.updates import Update
from sandbox.botapi.webhook import Webhook

from .call import Call

MAX_BATCH: Final = 100
MAX_WAIT: Final = 50
PORTS: Final = (80, 88, 443, 8443)
KINDS: Final = frozenset(
    """
    message edited_message channel_post edited_channel_post business_connection business_message
    edited_business_message deleted_business_messages message_reaction message_reaction_count
    inline_query chosen_inline_result callback_query shipping_query pre_checkout_query
    purchased_paid_media poll poll_answer my_chat_member chat_member chat_join_request chat_boost
    removed_chat_boost managed_bot guest_message
    """.split()  # noqa: SIM905 -- twenty-five words read better as words
)


async def get_updates(call: Call) -> list[Update]:
    """https://core.telegram.org/bots/api#getupdates."""
    sandbox = call.sandbox
    if sandbox.webhook.webhook is not None:
        raise ConflictError(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    choose_kinds(call)
    limit = min(max(call.params.get("limit", MAX_BATCH), 1), MAX_BATCH)
    seconds = min(max(call.params.get("timeout", 0), 0), MAX_WAIT)
    return await sandbox.updates.poll(call.params.get("offset", 0), limit, seconds)


async def set_webhook(call: Call) -> tuple[bool, str]:
    """https://core.telegram.org/bots/api#setwebhook: the result and its description.

    Plain HTTP and any port are taken for hosts of this machine only.
    """
    url = call.params["url"].strip()
    if not url:
        return await delete_webhook(call)
    check_address(url)
    secret = call.params.get("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise BadRequestError("secret token contains unallowed characters")
    connections = call.params.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise BadRequestError("max_connections must be between 1 and 100")
    choose_kinds(call)
    if call.params.get("drop_pending_updates"):
        call.sandbox.updates.drop()
    hook = Webhook(url, secret, connections, call.params.get("ip_address"))
    if hook == call.sandbox.webhook.webhook:
        return True, "Webhook is already set"
    call.sandbox.updates.terminate_poller("terminated by setWebhook request")
    await call.sandbox.webhook.set(hook)
    return True, "Webhook was set"


async def delete_webhook(call: Call) -> tuple[bool, str]:
    """https://core.telegram.org/bots/api#deletewebhook."""
    if call.params.get("drop_pending_updates"):
        call.sandbox.updates.drop()
    if call.sandbox.webhook.webhook is None:
        return True, "Webhook is already deleted"
    await call.sandbox.webhook.set(None)
    return True, "Webhook was deleted"


async def get_webhook_info(call: Call) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    return call.sandbox.webhook.info()


def choose_kinds(call: Call) -> None:
    """Keeps allowed_updates for updates to come; without it the last choice holds."""
    if "allowed_updates" not in call.params:
        return
    kinds = call.params["allowed_updates"]
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        # Telegram skips unknown kinds silently.
        raise BadRequestError(f"unknown kind of update {unknown[0]}")
    call.sandbox.updates.allowed = kinds


def check_address(url: str) -> None:
    """Raises BadRequestError for an address that Telegram would not deliver to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadRequestError("bad webhook: invalid URL specified") from None
    if not host or parts.scheme not in ("http", "https"):
        raise BadRequestError("bad webhook: invalid URL specified")
    if is_local(host):
        return
    if parts.scheme != "https":
        raise BadRequestError("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise BadRequestError(
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
        )
