"""`python -m tests.benchmarks.osm_fuzz [INPUTS] [SEED]`: import damaged extracts and print the outcomes."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import process_time

from tests.twin.osm_judge import GOOD, Judge
from tests.twin.osm_mutants import mutants

KEPT = Path("runs") / "osm_fuzz"


def outcomes(count: int, seed: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Return how often each mutation had each outcome, and a line for each that is a fault of the program."""
    found: Counter[tuple[str, str]] = Counter()
    faults = []
    with tempfile.TemporaryDirectory() as folder, Judge(Path(folder)) as judge:
        for mutation, name, content in mutants(seed, count):
            outcome, said = judge.verdict(name, content)
            (Path(folder) / name).unlink()
            found[mutation, outcome] += 1
            if outcome not in GOOD:
                KEPT.mkdir(parents=True, exist_ok=True)
                (KEPT / f"{seed}-{name}").write_bytes(content)
                faults.append(f"{seed}-{name} ({mutation}): {outcome}: {said}")
    return found, faults


def main() -> None:
    """Print a table of outcomes by mutation; damaged files that show a fault are kept in runs/osm_fuzz."""
    count, seed = (int(sys.argv[i]) if len(sys.argv) > i else usual for i, usual in ((1, 10_000), (2, 1)))
    start = process_time()
    found, faults = outcomes(count, seed)
    kinds = sorted({outcome for _, outcome in found})
    print(f"{count} damaged extracts, seed {seed}, {process_time() - start:.0f} s here and the rest in the child")
    for mutation in sorted({name for name, _ in found}):
        print(
            f"  {mutation:<21}"
            + "; ".join(f"{found[mutation, kind]} {kind}" for kind in kinds if found[mutation, kind])
        )
    for kind in kinds:
        print(f"{sum(n for (_, outcome), n in found.items() if outcome == kind):>7} {kind}")
    print("\n".join(faults))


if __name__ == "__main__":
    main()
