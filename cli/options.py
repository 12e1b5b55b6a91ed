"""The command line: one flag per setting, made from the settings themselves.

Flags may stand before or behind a subcommand. What is not given stays unset, so that variables,
the file and the defaults can fill it (``services/settings.py`` has the order).
"""

import argparse
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from pydantic_core import PydanticUndefined

from services.settings import PREFIX, Settings, flag


def settings_parser() -> argparse.ArgumentParser:
    """Flags of every setting, without help and without subcommands; all default to unset."""
    parser = argparse.ArgumentParser(
        add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"YAML file of options [{PREFIX}CONFIG]"
    )
    for name, field in Settings.model_fields.items():
        text = f"{field.description} [{PREFIX}{name.upper()}]{_default(field)}".replace("%", "%%")
        if field.annotation is bool:
            parser.add_argument(
                flag(name), dest=name, action=argparse.BooleanOptionalAction, help=text
            )
        else:
            parser.add_argument(flag(name), dest=name, metavar=_metavar(field), help=text)
    return parser


def _default(field: Any) -> str:
    value = field.default
    if value is PydanticUndefined:
        value = field.default_factory()
    if value in (None, "", (), {}, False) or not str(value).strip("*"):
        return ""
    return f" (default: {value})"


def _metavar(field: Any) -> str:
    annotation = field.annotation
    if get_origin(annotation) is UnionType or NoneType in get_args(annotation):
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type):
        return {int: "N", Path: "PATH", dict: "JSON"}.get(annotation, "TEXT")
    choices = get_args(annotation)
    if choices and all(isinstance(choice, str) for choice in choices):
        return "{" + ",".join(choices) + "}"
    return "JSON" if get_origin(annotation) is dict else "LIST"
