"""Every port in SQL that SQLite and PostgreSQL both take: the parts, schema and commits."""
