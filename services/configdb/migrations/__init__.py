"""Alembic migrations of the config database, run at start-up."""
