"""JSON schemas of the API's models, made once a process: a plugin.

Every console that a test starts describes itself, and the schema of a model is the same for all of
them. Making them is more than half of what it takes to build the application.
"""

from functools import cache

import pytest
from flask_openapi3 import utils


@pytest.hookimpl
def pytest_sessionstart() -> None:
    """Remember what `utils.get_model_schema`, which has no state, returns for a model."""
    utils.get_model_schema = cache(utils.get_model_schema)
