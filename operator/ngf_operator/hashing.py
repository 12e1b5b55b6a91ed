"""One hash for one meaning: SHA-256 of canonical JSON."""

import hashlib
import json
from typing import Any


def hashed(value: Any) -> str:
    """The same 64 hex digits for the same value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
