"""What is left of a fleet's coverage when parts of it fail: cameras at random, a data centre, the one worst camera."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.fleet_cells import FleetTally

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SHARES: Final = (0.01, 0.05, 0.10)
CURVE: Final = (0.0, 0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50, 0.70, 1.0)
WORST: Final = 20


def kept_if_each_fails(by_count: Ints, p: float) -> Floats:
    """Return the expected covered cells (k,) when each camera fails on its own with chance p.

    A cell that c cameras see stays covered with chance ``1 - p^c``.

    Args:
        by_count: (k, c + 1) cells by how many cameras see them.
        p: chance of failure.
    """
    return np.asarray(by_count @ (1.0 - p ** np.arange(by_count.shape[1])), dtype=np.float64)


def kept_if_so_many_fail(by_count: Ints, cameras: int, failed: int) -> Floats:
    """Return the expected covered cells (k,) when so many of the cameras, drawn without favour, fail together.

    A cell that c of n cameras see goes dark when all c are among the m failed, with chance
    ``(m/n) ((m-1)/(n-1)) ... ((m-c+1)/(n-c+1))`` (hypergeometric).
    """
    seen_by = np.arange(by_count.shape[1] - 1)
    steps = np.clip((failed - seen_by) / np.maximum(cameras - seen_by, 1), 0.0, 1.0)
    dark = np.concatenate([[1.0], np.cumprod(steps)])
    return np.asarray(by_count @ (1.0 - dark), dtype=np.float64)


def survival(found: FleetTally) -> dict[str, Any]:
    """Return what is left, ready for JSON; every share is of the ground covered at that class when all work.

    Returns:
        ``cameras``: by share failed, ``failed`` of them, ``left`` by class name (so many fail together) and
        ``left_each`` (each on its own with that chance); ``curve``: the first of these at more shares; ``centres``: by
        data centre ``cameras``, ``left`` by class and ``lost_km2``, worst first; ``worst``: single cameras by the
        ground lost with them, ``id``, ``lost_km2`` at the least class and ``lost`` by class.
    """
    failures, n = found.failures, len(found.fleet)
    names = found.dori.names[1:]
    whole = np.maximum(failures.by_count[:, 1:].sum(axis=1), 1).astype(np.float64)
    km2 = found.grid.cell_m**2 / 1e6

    def left(kept: Floats) -> dict[str, float]:
        return {name: float(value) for name, value in zip(names, kept / whole, strict=True)}

    def row(share: float) -> dict[str, Any]:
        failed = round(share * n)
        return {
            "share": share,
            "failed": failed,
            "left": left(kept_if_so_many_fail(failures.by_count, n, failed)),
            "left_each": left(kept_if_each_fails(failures.by_count, share)),
        }

    reporting = [int((found.fleet.data_centre == name).sum()) for name in found.centres]
    centres = [
        {
            "name": name,
            "cameras": reporting[c],
            "seen_km2": float(failures.centre_seen[c, 0]) * km2,
            "lost_km2": float(failures.centre_only[c, 0]) * km2,
            "left": left(whole - failures.centre_only[c]),
        }
        for c, name in enumerate(found.centres)
    ]
    worst = np.argsort(-failures.only[:, 0], kind="stable")[:WORST]
    return {
        "cameras": [row(share) for share in SHARES],
        "curve": [{"share": share, "left": row(share)["left"]} for share in CURVE],
        "centres": sorted(centres, key=lambda centre: (-float(centre["lost_km2"]), str(centre["name"]))),
        "worst": [
            {
                "id": str(found.fleet.id[i]),
                "lost_km2": float(failures.only[i, 0]) * km2,
                "lost": {name: float(cells) * km2 for name, cells in zip(names, failures.only[i], strict=True)},
            }
            for i in worst.tolist()
            if failures.only[i, 0]
        ],
    }
