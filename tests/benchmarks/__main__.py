"""`make bench`: print every figure beside its peer as a table, and write it to runs/bench.md."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tests.benchmarks.figures import all_rows
from tests.benchmarks.timing import Row

HEAD = "| figure | ours | peer | | unit | times as good | asked |\n|---|---|---|---|---|---|---|"


def main() -> None:
    """Measure, print, write."""
    lines = [f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}", "", HEAD]
    print("\n".join(lines))
    out = Path("runs")
    out.mkdir(exist_ok=True)
    for row in all_rows():
        lines.append(_line(row))
        print(lines[-1], flush=True)
        (out / "bench.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(row: Row) -> str:
    peer = "" if row.peer is None else f"{row.peer:.3g}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
    return f"| {row.figure} | {row.ours:.3g} | {peer} | {row.peer_name} | {row.unit} | {ratio} | {row.target} |"


if __name__ == "__main__":
    main()
