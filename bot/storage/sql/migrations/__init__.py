"""The numbered changes of the schema, as SQL that each backend reads in its own way."""

from collections.abc import Iterator
from importlib import resources
from sqlite3 import complete_statement

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
    "0019_orders_stored.sql",
    "0020_replicas.sql",
    "0021_what_is_claimed.sql",
    "0022_group_bans.sql",
    "0023_what_runs_know.sql",
    "0024_what_grows.sql",
    "0025_orders_of_buys.sql",
)
"""In their order: the first brings schema 1. One that was released is never changed."""


def script(name: str) -> str:
    """Return a step's statements."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def own_script(name: str, backend: str) -> str | None:
    """Return a step's statements for one backend alone, where it needs its own."""
    own = resources.files(__package__).joinpath(name.replace(".sql", f".{backend}.sql"))
    return own.read_text(encoding="utf-8") if own.is_file() else None


def statements(text: str) -> Iterator[str]:
    """Return a script's statements one by one; a trigger is one, with the statements in it."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""
    if any(line.strip() and not line.strip().startswith("--") for line in statement.splitlines()):
        raise ValueError(f"a migration ends within a statement: {statement.strip()!r}")
