"""The command line: one flag per setting, made from the settings themselves.

Flags may stand before or behind a subcommand. What is not given stays unset, so that variables,
the file and the defaults can fill it (``services/settings.py`` has the order).
"""

import argparse
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from services.settings import PREFIX, Settings, flag


def joined(argv: list[str]) -> list[str]:
    """``--sort -time`` as ``--sort=-time``: argparse takes what begins with a dash for a flag."""
    if "--sort" not in argv[:-1]:
        return argv
    at = argv.index("--sort")
    return [*argv[:at], f"--sort={argv[at + 1]}", *argv[at + 2 :]]


def settings_parser() -> argparse.ArgumentParser:
    """Flags of every setting, without help and without subcommands; all default to unset."""
    parser = argparse.ArgumentParser(
        prog="./run", add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"YAML file of options [{PREFIX}CONFIG] (default: none)",
    )
    for name, field in Settings.model_fields.items():
        text = f"{field.description} [{PREFIX}{name.upper()}]{_default(field)}".replace("%", "%%")
        if field.annotation is bool:
            parser.add_argument(
                flag(name), dest=name, action=argparse.BooleanOptionalAction, help=text
            )
        elif get_origin(field.annotation) is tuple:
            parser.add_argument(flag(name), dest=name, action=_Joined, metavar="LIST", help=text)
        else:
            parser.add_argument(flag(name), dest=name, metavar=_metavar(field), help=text)
    return parser


class _Joined(argparse.Action):
    """A flag of several values: what is given again is added to what was given before."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest, "")
        setattr(namespace, self.dest, f"{before},{values}" if before else values)


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return f" (default: {'on' if value else 'off'})"
    return f" (default: {value or 'none'})"


def _metavar(field: Any) -> str:
    annotation = field.annotation
    while NoneType in get_args(annotation) or get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type):
        return {int: "N", Path: "PATH", dict: "JSON"}.get(annotation, "TEXT")
    choices = get_args(annotation)
    if choices and all(isinstance(choice, str) for choice in choices):
        return "{" + ",".join(choices) + "}"
    return "JSON"
