"""Ctrl-C and a polite kill: one line that says what is kept and how to go on, and exit status 130."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

INTERRUPTED = 130
AGAIN = "no plan was made yet; the same command makes it anew"


@contextmanager
def goes_on(kept: Callable[[], str]) -> Iterator[None]:
    """End a command that is interrupted with one line; ``kept`` says then what there is, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"twin: interrupted; {kept()}", err=True)
        raise typer.Exit(INTERRUPTED) from None
