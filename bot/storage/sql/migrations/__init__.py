"""The numbered changes of the schema, as SQL that each backend reads in its own way."""

from importlib import resources

NAMES = (
    "0001_inbox.sql",
    "0002_conversations.sql",
    "0003_orders.sql",
    "0004_picture_files.sql",
    "0005_retention.sql",
    "0006_access.sql",
    "0007_tracking.sql",
    "0008_operator.sql",
    "0009_news.sql",
    "0010_alarms.sql",
    "0011_results_sealed.sql",
    "0012_shop.sql",
    "0013_marketplaces.sql",
    "0014_questions.sql",
    "0015_group_buys.sql",
    "0016_posts.sql",
    "0017_group_operation.sql",
    "0018_watches.sql",
)
"""In their order: the first brings schema 1. One that was released is never changed."""


def script(name: str) -> str:
    """Return a step's statements."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
