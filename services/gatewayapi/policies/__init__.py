"""Policies: what each kind may target, which of them take effect where, and which refuse which."""
