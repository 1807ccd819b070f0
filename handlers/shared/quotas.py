"""A person's quotas in words: what is used up, and when it works again."""

from math import ceil

from bot.chat.context import Context

_MINUTE = 60


def may_search(context: Context, *, counted: bool = True) -> bool:
    """Tell whether the person may search now, and count it; else put a flash."""
    quotas, person = context.services.quotas, context.session.user_id
    wait = quotas.search_again_in(person)
    if wait is not None:
        context.flash("quota.searches", count=ceil(wait / _MINUTE))
        return False
    if counted:
        quotas.count_search(person)
    return True


def count_search(context: Context) -> None:
    """Count a search that came to nothing."""
    context.services.quotas.count_search(context.session.user_id)


async def may_order(context: Context) -> bool:
    """Tell whether the person may leave one more order unpaid; else put a flash."""
    quotas = context.services.quotas
    if await quotas.may_order(context.session.user_id):
        return True
    context.flash("quota.unpaid", count=quotas.unpaid_orders)
    return False
