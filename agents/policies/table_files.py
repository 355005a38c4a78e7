"""Tables that a dispatch centre works by, as YAML files: an order of places to wait, and preference lists."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from twin.checked_yaml import Strict, read_checked

Node = Annotated[int, Field(ge=0)]


class OrderFile(Strict):
    """A nested compliance table.

    Attributes:
        order: for each service the nodes where its teams wait, the most needed first.
    """

    version: Literal[1]
    order: dict[str, Annotated[list[Node], Field(min_length=1)]]


class ListsFile(Strict):
    """Preference lists.

    Attributes:
        lists: for each service and district (its row in the city) the posts whose teams are sent, in this order.
    """

    version: Literal[1]
    lists: dict[str, dict[Node, Annotated[list[Node], Field(min_length=1)]]]


def read_order(path: Path) -> dict[str, list[int]]:
    """Read a compliance table.

    Raises:
        InputError: not found, not YAML, or with faults; all of them, by line.
    """
    return read_checked(path, OrderFile, f"read the compliance table {path}").order


def read_lists(path: Path) -> dict[str, dict[int, list[int]]]:
    """Read preference lists.

    Raises:
        InputError: not found, not YAML, or with faults; all of them, by line.
    """
    return read_checked(path, ListsFile, f"read the preference lists {path}").lists
