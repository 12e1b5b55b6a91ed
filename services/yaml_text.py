"""YAML that people wrote: what it holds, or where it is wrong, in one line.

The line says the place and does not quote the line, which may hold a credential.
"""

from typing import Any

import yaml


def parse(text: str | bytes) -> Any:
    """What the text holds; bytes must be UTF-8 or UTF-16. Raises ValueError with the reason."""
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"must be YAML; {place}{error.problem}") from error
    except yaml.reader.ReaderError as error:
        raise ValueError(
            f"must be printable text in UTF-8; position {error.position}: {error.reason}"
        ) from error
    except ValueError as error:
        raise ValueError(f"must be YAML; {error}") from error
    except RecursionError as error:
        raise ValueError("must be YAML; it is nested too deeply") from error
