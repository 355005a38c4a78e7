"""Tables as wide as they need to be where nobody's window says otherwise."""

from __future__ import annotations

from rich.console import Console

WIDTH = 150


def wide_console() -> Console:
    """Return a console: the window's width on a terminal, WIDTH in a file or a pipe."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)
