"""What the console itself remembers: audit log, tokens, sign-in codes, settings."""
