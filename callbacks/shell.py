"""The shell's callbacks: what it says about the fleet."""

from callbacks.registrar import Callbacks


def register(callbacks: Callbacks) -> None:
    """Register them on ``callbacks``."""
