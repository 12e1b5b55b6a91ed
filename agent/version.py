"""The product's version, from the file ``VERSION`` beside the package."""

from pathlib import Path

_FILE = Path(__file__).parent.parent / "VERSION"


def version() -> str:
    """For example "0.1.0". Raises FileNotFoundError where the file was not packed along."""
    if not _FILE.is_file():
        raise FileNotFoundError(f"{_FILE} is missing: it has to lie beside the package agent")
    return _FILE.read_text().strip()
