"""Tests. Programs that they start as ``python -m tests.NAME`` find the operator's package here, as
pytest does by its configuration."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "operator"))
