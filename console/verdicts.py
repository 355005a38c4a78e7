"""What the scoring commands share: thresholds asked for, the verdict told, JUnit's XML, exit status 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from experiments.recognition.thresholds import Verdict

Thresholds = Annotated[
    Path | None, typer.Option(help="YAML file of what is to be reached, or targets: the project's own.")
]
Need = Annotated[
    list[str] | None, typer.Option(help="The same as an option, such as map50>=0.8; may be given again.")
]  # fmt: skip
Junit = Annotated[Path | None, typer.Option(help="Write the verdicts here as JUnit XML.")]


class Judge:
    """Reads what is asked for before anything dear begins, and speaks its verdict at the end.

    Args:
        command: such as ``evaluate``; names the suite.
        thresholds, need, junit: the options.

    Raises:
        InputError: what is asked for cannot be read.
    """

    def __init__(self, command: str, thresholds: Path | None, need: Sequence[str] | None, junit: Path | None) -> None:
        from experiments.recognition.thresholds import read_thresholds, shipped_targets

        if str(thresholds) == "targets":
            thresholds = shipped_targets(command)
        self._command, self._junit = command, junit
        self._thresholds = read_thresholds(thresholds, need or [])

    def judged(self, report: Mapping[str, Any], more: Sequence[Verdict] = ()) -> dict[str, Any]:
        """Return the report with ``verdicts`` and ``ok``, and write the JUnit file.

        Args:
            report: with the figures that thresholds speak of.
            more: verdicts that are no threshold's.

        Raises:
            InputError: a figure that is asked for is not in the report.
        """
        from experiments.recognition.thresholds import judge

        verdicts = [*judge(report, self._thresholds), *more]
        rows = [{"name": one.name, "value": one.value, "ok": one.ok, "told": one.told} for one in verdicts]
        told = {**report, "verdicts": rows, "ok": all(one.ok for one in verdicts)}
        write_verdicts(self._junit, self._command, told)
        return told


def write_verdicts(path: Path | None, command: str, report: Mapping[str, Any]) -> None:
    """Write a report's ``verdicts`` as JUnit XML, where a file is named."""
    from reports.junit import Case, write_junit

    if path is not None:
        group = f"twin.vision.{command}"
        cases = [Case(group, row["name"], "" if row["ok"] else row["told"], row["told"]) for row in report["verdicts"]]
        write_junit(path, group, cases, properties_of(report))


def properties_of(report: Mapping[str, Any]) -> dict[str, str]:
    """Return what a report says of itself in single words: the weights' hash, seed, machine, frames."""
    return {
        key: str(value) for key, value in report.items() if isinstance(value, str | int) and not isinstance(value, bool)
    }


def end(report: Mapping[str, Any], as_json: bool) -> None:
    """Tell the verdicts and end the command with exit status 1 if one failed."""
    if not as_json:
        for row in report["verdicts"]:
            typer.echo(f"{'passed' if row['ok'] else 'FAILED'}: {row['told']}")
    if not report["ok"]:
        raise typer.Exit(1)
