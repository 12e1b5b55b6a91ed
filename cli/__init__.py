"""Subcommands of ./run. Parse, call one service, print."""
