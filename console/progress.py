"""Progress of a long command: one bar a stage, and the seconds each took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from experiments.request import Tell, silent


@contextmanager
def stages(quiet: bool = False) -> Iterator[Tell]:
    """Give a function that is told stage and share done, and show what it is told on standard error."""
    if quiet:
        yield silent
        return
    bar = Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=32),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        shown = _Stages(bar)
        yield shown.tell
        shown.close()


class _Stages:
    """Starting a stage ends those before it, except that footage may come and go inside the simulation."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._open: dict[str, TaskID] = {}
        self._now = ""

    def tell(self, stage: str, share: float) -> None:
        if stage not in self._open:
            self._open[stage] = self._bar.add_task(stage, total=1.0)
        if stage != self._now and share == 0.0:
            self._finish(self._now)
        self._now = stage
        self._bar.update(self._open[stage], completed=min(max(share, 0.0), 1.0))

    def close(self) -> None:
        for stage in self._open:
            self._finish(stage)

    def _finish(self, stage: str) -> None:
        task = self._open.get(stage)
        if task is not None and stage not in ("simulation", "footage"):
            self._bar.update(task, completed=1.0)
        elif task is not None and self._now == "report":
            self._bar.update(task, completed=1.0)
