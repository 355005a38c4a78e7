"""`--class-map`: which class of foreign weights is which here, as JSON on the line or in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.errors import Fault, InputError

ClassMap = Annotated[
    str | None,
    typer.Option(help='Name in the weights to name here: JSON such as {"truck": "truck"}, or a YAML or JSON file.'),
]


def class_map_of(text: str | None) -> dict[str, str] | None:
    """Return the map that an option gives, None where it is not given.

    Raises:
        InputError: it is neither a JSON object of names nor a file with one; every wrong entry is named.
    """
    if text is None:
        return None
    asked = "read the class map"
    written = text.lstrip().startswith("{")
    found = _of_json(text, asked) if written else _of_file(Path(text), asked)
    if not isinstance(found, dict) or not found:
        raise InputError(
            asked, 'names by name were wanted, such as {"truck": "truck"}', None if written else Path(text)
        )
    faults = [
        Fault(f"{key!r}: {value!r} is no name; write the name of a class here") for key, value in found.items()
        if not isinstance(value, str)
    ]  # fmt: skip
    if faults:
        raise InputError(asked, faults, None if written else Path(text))
    return {str(key): value for key, value in found.items()}


def _of_json(text: str, asked: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise InputError(asked, f"not JSON: {fault.msg} at character {fault.pos + 1}") from None


def _of_file(path: Path, asked: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "not UTF-8 text"
        raise InputError(asked, f'{reason}; give a file of names, or JSON such as {{"truck": "truck"}}', path) from None
    try:
        return YAML(typ="safe").load(text)  # JSON is YAML
    except YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        what = f"not YAML: {getattr(fault, 'problem', fault)}"
        raise InputError(asked, [Fault(what, mark.line + 1 if mark else None)], path) from None
