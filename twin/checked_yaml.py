"""YAML files read whole and checked whole: every fault at once, each with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from twin.errors import Fault, InputError

Model = TypeVar("Model", bound=BaseModel)


class FaultsAt(ValueError):
    """Faults that a model's own check finds deep inside it, each with its place, so that each is told at its line.

    Attributes:
        found: where (keys and list indices from the checked model on) and what.
    """

    def __init__(self, found: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        super().__init__("; ".join(what for _, what in found))
        self.found = list(found)


class Strict(BaseModel):
    """Base of everything read from YAML: frozen; a key nobody knows is a fault, and so is a number that is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def read_checked(path: Path, model: type[Model], asked: str) -> Model:
    """Read a YAML file into a pydantic model.

    Args:
        path: the file.
        model: what it must be.
        asked: what the user wanted, such as ``"read the scenario friday.yaml"``; opens the message.

    Raises:
        InputError: missing, not YAML, or with faults; all of them, by line.
    """
    return read_located(path, model, asked)[0]


def read_located(path: Path, model: type[Model], asked: str) -> tuple[Model, Lines]:
    """Read as :func:`read_checked` does, and return beside the model where in the file each part of it stands.

    Raises:
        InputError: as there.
    """
    data = _parse(path, asked)
    try:
        return model.model_validate(_plain(data)), Lines(data)
    except ValidationError as refused:
        faults = [fault for error in refused.errors() for fault in _faults(data, error, model)]
        raise InputError(asked, sorted(faults, key=lambda fault: fault.line or 0), path) from None


class Lines:
    """Where the parts of a file stand."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __call__(self, *where: str | int) -> int | None:
        """Return the 1-based line of a part, named by keys and list indices, or of what holds it."""
        return line_of(self._data, where)


def _parse(path: Path, asked: str) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(asked, "it is not UTF-8 text; give a YAML file", path) from None
    except OSError as fault:
        raise InputError(asked, f"{fault.strerror or fault}", path) from None
    try:
        data = YAML(typ="rt").load(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise InputError(asked, [Fault(f"not YAML: {fault.problem}", mark.line + 1 if mark else None)], path) from None
    except YAMLError as fault:
        raise InputError(asked, f"not YAML: {fault}", path) from None
    if not isinstance(data, CommentedMap):
        raise InputError(asked, f"found {type(data).__name__} at the top; a mapping of keys was wanted", path)
    return data


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data


def _faults(data: Any, error: Mapping[str, Any], model: type[BaseModel]) -> list[Fault]:
    own = error.get("ctx", {}).get("error")
    if isinstance(own, FaultsAt):
        return [Fault(what, line_of(data, (*error["loc"], *where))) for where, what in own.found]
    return [_fault(data, error, model)]


def _fault(data: Any, error: Mapping[str, Any], model: type[BaseModel]) -> Fault:
    where: Sequence[str | int] = error["loc"]
    name = ".".join(str(part) for part in where) or "the file"
    if error["type"] == "extra_forbidden":
        return Fault(f"{name}: nobody knows this key{_hint(str(where[-1]), model, where)}", line_of(data, where))
    if error["type"] == "missing":
        return Fault(f"{name}: missing; this key is needed", line_of(data, where[:-1]))
    found = error.get("input")
    shown = f", found {found!r}" if isinstance(found, str | int | float | bool | type(None)) else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    return Fault(f"{name}: {message[0].lower()}{message[1:]}{shown}", line_of(data, where))


def _hint(key: str, model: type[BaseModel], where: Sequence[str | int]) -> str:
    known = list(model.model_fields) if len(where) == 1 else []
    close = get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else (f"; known: {', '.join(known)}" if known else "")


def line_of(data: Any, where: Sequence[str | int]) -> int | None:
    """Return the 1-based line of the deepest part of ``where`` that is in the file."""
    line: int | None = None
    for part in where:
        try:
            if isinstance(data, CommentedMap):
                part = next((key for key in data if str(key) == str(part)), part)  # a key may be a number
                line = data.lc.key(part)[0] + 1
            elif isinstance(data, CommentedSeq):
                line = data.lc.item(part)[0] + 1
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
    if line is None and isinstance(data, CommentedMap | CommentedSeq):
        line = data.lc.line + 1
    return line
