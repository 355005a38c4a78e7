"""Progress of a long command: one bar a stage, and how long each took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from experiments.request import Tell, silent


@contextmanager
def stages(quiet: bool = False) -> Iterator[Tell]:
    """Give a function that is told stage and share done, and show what it is told on standard error.

    A stage is over when another one starts, or when its share reaches 1; one that goes on inside another (footage
    inside the simulation) is picked up again when told of again.
    """
    if quiet:
        yield silent
        return
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=32),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, share: float) -> None:
            if stage not in tasks:
                _finish(bar, [tasks[name] for name in tasks if name not in ("simulation", "footage")])
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=min(max(share, 0.0), 1.0))

        yield tell
        _finish(bar, list(tasks.values()))


def _finish(bar: Progress, tasks: list[TaskID]) -> None:
    for task in tasks:
        bar.update(task, completed=1.0)
