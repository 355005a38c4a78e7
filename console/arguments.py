"""Values of the command line that speak for themselves when they are wrong."""

from __future__ import annotations

from typing import Annotated

import typer


def seed_of(text: str) -> int:
    """Return a seed.

    Raises:
        typer.BadParameter: not a whole number from 0 up.
    """
    try:
        seed = int(str(text))
    except ValueError:
        seed = -1
    if seed < 0:
        raise typer.BadParameter(f"found {text!r}; a whole number from 0 up would work, such as 7")
    return seed


Seed = Annotated[int, typer.Option(parser=seed_of, metavar="N", help="Whole number from 0 up.")]
