"""All SQL: ports (Protocols), schema, migrations, the SQLite implementation."""
