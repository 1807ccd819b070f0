"""The tests' own PostgreSQL: started once, a database a test, gone with the run."""

import pytest

from tests import postgres

pytestmark = pytest.mark.postgres


def test_a_test_has_a_database_of_its_own(postgres_server: postgres.Server, postgres_url: str):
    """Empty, reachable over the socket and over loopback, text sorted byte by byte."""
    import psycopg  # noqa: PLC0415 - an extra

    name = postgres_url.partition("@/")[2].partition("?")[0]
    for url in (postgres_url, postgres_server.url(name, tcp=True)):
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert connection.execute("SELECT 'Z' < 'a' COLLATE \"C\"").fetchone() == (True,)
