"""The config database: audit log, API tokens, settings."""
