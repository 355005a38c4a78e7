"""Cover plans: against HiGHS and spopt on random discs, and a district and a whole city of camera poses with gaps."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from tests.benchmarks.cover_towns import discs, town
from tests.benchmarks.timing import Row, seconds
from twin.cover import CoverProblem, Plan, solve
from twin.cover.exact import Program
from twin.cover.task import Task

SPOPT_LIMIT_S = 300.0
"""How long spopt may take, its model included, before it counts as not finished."""


def cover_rows() -> Iterator[Row]:
    """Yield the rows of discs, of a district and of a whole city, cheap ones first."""
    solve(discs(200, 50, 0.1), k=5)  # compiled before it is timed
    yield from _small()
    yield from _middle()
    yield from _wedges("a district, 200,000 poses, 200 cameras", (200_000, 4800, 3600, 2.0), 200, "60 s", "6 GB", "3 %")
    city = (1_000_000, 24_000, 18_000, 4.0)
    yield from _wedges("whole city, 1,000,000 poses, 1,000 cameras", city, 1000, "600 s", "16 GB", "")


def _small() -> Iterator[Row]:
    """2,000 demand points, 500 sites, p = 20: the optimum by HiGHS alone is the peer."""
    made = discs(2000, 500, 0.1)
    figure = "cover of 2,000 points from 500 sites, p = 20"
    start = perf_counter()
    _, most = Program.of(Task.of(made, 20, None)).solved()
    peer_s = perf_counter() - start
    plan = solve(made, k=20)
    yield Row(figure, seconds(lambda: solve(made, k=20), 3), peer_s, "HiGHS, to the optimum", "s")
    yield Row(f"{figure}: short of the optimum", 100 * (1 - plan.total / most), None, "", "%", target="0.5 %")
    yield from _against_spopt(figure, made, 20, plan)


def _middle() -> Iterator[Row]:
    """20,000 demand points, 2,000 sites, p = 100: the bound of the linear program is the measure."""
    made = discs(20_000, 2000, 0.04)
    figure = "cover of 20,000 points from 2,000 sites, p = 100"
    start = perf_counter()
    _, linear = Program.of(Task.of(made, 100, None)).solved(whole=False)
    peer_s = perf_counter() - start
    plan = solve(made, k=100)
    yield Row(figure, seconds(lambda: solve(made, k=100), 3), peer_s, "HiGHS, linear program only", "s", target="1 s")
    yield Row(f"{figure}: short of the LP bound", 100 * (1 - plan.total / linear), None, "", "%", target="1 %")
    yield Row(f"{figure}: own bound above the LP's", 100 * (plan.bound / linear - 1), None, "", "%")
    yield from _against_spopt(figure, made, 100, plan)


def _against_spopt(figure: str, made: CoverProblem, k: int, plan: Plan) -> Iterator[Row]:
    """Hold time and objective against spopt's MCLP with CBC in a process of its own."""
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_spopt, args=(made, k, there))
    child.start()
    found = here.recv() if here.poll(SPOPT_LIMIT_S) else None
    child.kill()
    child.join()
    if found is None:
        spent = seconds(lambda: solve(made, k=k), 3)
        yield Row(f"{figure}: spopt not done in {SPOPT_LIMIT_S:.0f} s", spent, None, "", "s", target="50 times as fast")
        return
    value, peer_s = found
    spent = seconds(lambda: solve(made, k=k), 3)
    yield Row(f"{figure}, again", spent, peer_s, "spopt with CBC", "s", target="50 times as fast")
    yield Row(f"{figure}: covered", plan.total, value, "spopt with CBC", "weight", better="high", target="not below")


def _spopt(made: CoverProblem, k: int, there: multiprocessing.connection.Connection) -> None:
    import pulp
    from spopt.locate import MCLP

    cost = np.where(made.cover.toarray().T > 0, 0.0, 2.0)
    start = perf_counter()
    model = MCLP.from_cost_matrix(cost, made.weight, service_radius=1.0, p_facilities=k)
    model = model.solve(pulp.PULP_CBC_CMD(msg=False))
    there.send((float(pulp.value(model.problem.objective)), perf_counter() - start))


def _wedges(
    figure: str, place: tuple[int, float, float, float], k: int, time: str, memory: str, gap: str
) -> Iterator[Row]:
    """A town of camera poses, in a process of its own for the sake of its memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        nonzeros, spent, peak, short, by = pool.apply(_planned, (place, k))
    yield Row(f"{figure}, {nonzeros / 1e6:.0f} million nonzeros", spent, None, "", "s", target=time)
    yield Row(f"{figure}: memory at most, the problem included", peak, None, "", "GB", target=memory)
    yield Row(f"{figure}: gap by the {by} bound", 100 * short, None, "", "%", target=gap)


def _planned(place: tuple[int, float, float, float], k: int) -> tuple[int, float, float, float, str]:
    """Nonzeros, seconds, peak memory in GB, gap and what gave the bound."""
    solve(discs(200, 50, 0.1), k=5)  # compiled before it is timed
    made = town(*place)
    start = perf_counter()
    plan = solve(made, k=k)
    spent = perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1e6
    return made.cover.nnz, spent, peak, plan.gap, plan.bound_by


if __name__ == "__main__":
    from tests.benchmarks.__main__ import _line

    for row in cover_rows():
        print(_line(row), flush=True)
