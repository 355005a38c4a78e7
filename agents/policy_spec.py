"""How a policy is asked for: ``closest``, ``closest + dmexclp(busy=0.4)``, ``mine.py:Name(x=1) + nearest_post``, and
with a drone part at its end ``closest + drone_first`` or ``closest + dmexclp + drone_first``.

A file that holds one policy alone may be named without it: ``mine.py``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.errors import InputError

_PART: Final = re.compile(r"^(?P<name>[^()]+?)\s*(?:\((?P<parameters>.*)\))?$", re.DOTALL)
MOST_PARTS: Final = 3
GRAMMAR: Final = "a name, or file.py:Name, each with parameters in brackets if it takes any, such as closest + dmexclp"


@dataclass(frozen=True)
class PartSpec:
    """One part of what was asked.

    Attributes:
        name: of a built-in or installed policy, ``path/to/file.py:Name``, or ``path/to/file.py``.
        parameters: by name.
    """

    name: str
    parameters: Mapping[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value!r}" for key, value in self.parameters.items())
        return f"{self.name}({told})" if told else self.name


def read_spec(asked: str) -> list[PartSpec]:
    """Return the parts, the dispatch part first; what the others are, their names tell.

    Raises:
        InputError: it cannot be read so.
    """
    parts = _split(asked)
    if not 1 <= len(parts) <= MOST_PARTS or not all(parts):
        raise InputError(
            f"find the policy {asked!r}",
            f"give a dispatch part, at most one relocation part and at most one drone part: {GRAMMAR}",
        )
    return [_part(asked, part) for part in parts]


def _split(asked: str) -> list[str]:
    """At each plus outside brackets and quotes; where a file is named, only at one between spaces."""
    parts, depth, quote = [""], 0, ""
    alone = ".py" in asked
    for at, letter in enumerate(asked):
        quote = "" if letter == quote else quote or (letter if letter in "'\"" else "")
        depth += 0 if quote else (letter == "(") - (letter == ")")
        spaced = asked[at - 1 : at] == " " and asked[at + 1 : at + 2] == " "
        if letter == "+" and not depth and not quote and (spaced or not alone):
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _part(asked: str, text: str) -> PartSpec:
    found = _PART.match(text)
    if not found:
        raise InputError(f"find the policy {asked!r}", f"{text!r} cannot be read; give {GRAMMAR}")
    return PartSpec(found["name"], _parameters(asked, text, found["parameters"] or ""))


def _parameters(asked: str, text: str, written: str) -> dict[str, Any]:
    try:
        call = ast.parse(f"f({written})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args or any(word.arg is None for word in call.keywords):
            raise ValueError("each needs its name")
        return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError):
        what = f"the parameters of {text!r} cannot be read; write name=value with commas between, text in quotes"
        raise InputError(f"find the policy {asked!r}", what) from None


def policy_files(asked: str) -> dict[str, Path]:
    """Return the files that a policy is made of, by what they are called in it: its author's code, and its tables.

    Raises:
        InputError: it cannot be read.
    """
    files: dict[str, Path] = {}
    for part in read_spec(asked):
        path = part.name if part.name.endswith(".py") else part.name.rpartition(":")[0]
        named = [path] if path.endswith(".py") else []
        named += [value for key, value in part.parameters.items() if key == "file" and value]
        files |= {name: Path(name) for name in named}
    return files
