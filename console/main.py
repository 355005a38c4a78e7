"""The command `twin`. Each command lives in a file of its own; this one joins them and speaks for their faults."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from types import FrameType

import typer

from console import (
    carla,
    city,
    compare,
    coverage,
    doctor,
    drone,
    footage,
    load,
    place,
    policy,
    report,
    run,
    sweep,
    validate,
    vision,
)
from console.interrupted import INTERRUPTED
from twin.errors import InputError, MissingPart

WRONG_INPUT = 2

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A city twin of Tashkent: put camera plans, dispatch policies and recognisers on trial.",
)
app.command("run")(run.run)
app.add_typer(city.app, name="city")
app.command("coverage")(coverage.coverage)
app.command("place")(place.place)
app.command("footage")(footage.footage)
app.add_typer(vision.app, name="vision")
app.add_typer(carla.app, name="carla")
app.add_typer(policy.app, name="policy")
app.add_typer(drone.app, name="drone")
app.command("compare")(compare.compare)
app.command("sweep")(sweep.sweep)
app.command("load")(load.load)
app.command("validate")(validate.validate)
app.command("report")(report.report)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; wrong input ends with exit status 2 and one message, `--debug` shows tracebacks."""
    multiprocessing.set_start_method("spawn", force=True)
    signal.signal(signal.SIGTERM, _interrupt)
    debug = "--debug" in sys.argv
    sys.argv = [part for part in sys.argv if part != "--debug"]
    try:
        app()
    except (InputError, MissingPart) as fault:
        if debug:
            raise
        typer.echo(f"twin: {fault}", err=True)
        sys.exit(WRONG_INPUT)
    except KeyboardInterrupt:
        typer.echo("twin: interrupted; nothing half-made is kept, and the same command begins again", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as fault:
        if debug:
            raise
        typer.echo(f"twin: {fault.strerror or fault}: {fault.filename or ''}", err=True)
        sys.exit(1)
    except Exception as fault:
        if debug:
            raise
        typer.echo(f"twin: a fault of the program, not of your input: {type(fault).__name__}: {fault}", err=True)
        typer.echo("twin: run it again with --debug for the traceback", err=True)
        sys.exit(1)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A polite kill ends like Ctrl-C: what was done so far is kept."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
