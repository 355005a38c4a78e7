"""A coverage map that follows its fleet: after a change only what the changed cameras reach is computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera, CameraFleet, fleet_of, join_fleets, take_cameras
from sensors.coverage.fill import fill, windows
from sensors.coverage.map import CoverageMap
from sensors.sightline import Floats, camera_rows


class LiveCoverage:
    """A map whose cameras can be moved, turned, added and taken away.

    The arrays of the map it starts from are its own from then on: they change in place, and so does every map that
    ``map`` has given out. After any changes they are bit for bit those of the map of the new fleet computed anew.
    """

    def __init__(self, seen: CoverageMap) -> None:
        self._seen = seen
        self._rows = camera_rows(seen.fleet, seen.ptz_presets)
        self._windows = windows(self._rows, seen.heights, self._bounds[0])

    @property
    def map(self) -> CoverageMap:
        """The map as it stands, with the fleet as it stands."""
        return self._seen

    @property
    def _bounds(self) -> Floats:
        return self._seen.dori.bounds_px_m

    def change(self, remove: Sequence[str] = (), add: Sequence[Camera] = ()) -> tuple[slice, slice]:
        """Take cameras away and add others; to move or turn one is to do both under its id.

        The others stay in their order, and new ones come after them.

        Args:
            remove: ids of cameras of the fleet.
            add: cameras whose ids are free once the others are gone.

        Returns:
            The rows and the columns within which cells may have changed.

        Raises:
            ValueError: an id to remove is not in the fleet or named twice, or one to add is taken; nothing is changed.
        """
        gone = self._rows_of(remove)
        kept = np.flatnonzero(~np.isin(np.arange(len(self._rows)), gone))
        fleet = self._fleet_with(gone, kept, add)
        new = camera_rows(fleet_of(add), self._seen.ptz_presets)
        new_windows = windows(new, self._seen.heights, self._bounds[0])
        changed = np.concatenate([self._windows[gone], new_windows])
        self._take_away(gone, kept)
        self._fill(new, 1)
        self._rows, self._windows = np.vstack([self._rows[kept], new]), np.vstack([self._windows[kept], new_windows])
        self._seen = replace(self._seen, fleet=fleet)
        if not len(changed):
            return slice(0, 0), slice(0, 0)
        low, high = changed.min(axis=0).tolist(), changed.max(axis=0).tolist()
        return slice(low[0], high[1]), slice(low[2], high[3])

    def _rows_of(self, ids: Sequence[str]) -> NDArray[np.int64]:
        found = [np.flatnonzero(self._seen.fleet.id == name) for name in ids]
        faults = [f"{name} is not in the fleet" for name, rows in zip(ids, found, strict=True) if not len(rows)]
        faults += [f"{name} is named twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
        if faults:
            raise ValueError(f"cameras cannot be removed: {'; '.join(faults)}")
        return np.sort(np.concatenate([np.zeros(0, np.int64), *found]))

    def _fleet_with(self, gone: NDArray[np.int64], kept: NDArray[np.int64], add: Sequence[Camera]) -> CameraFleet:
        fleet = take_cameras(self._seen.fleet, kept) if len(gone) else self._seen.fleet
        return join_fleets(fleet, add) if add else fleet

    def _take_away(self, gone: NDArray[np.int64], kept: NDArray[np.int64]) -> None:
        """Uncount cameras, and find the best class in their windows again from those of the others that reach there."""
        if not len(gone):
            return
        self._fill(self._rows[gone], -1)
        reaching = np.zeros(len(kept), dtype=np.bool_)
        of_kept = self._windows[kept]
        for top, bottom, left, right in self._windows[gone].tolist():
            self._seen.best_class[top:bottom, left:right] = 0
            across = (of_kept[:, 2] < right) & (of_kept[:, 3] > left)
            reaching |= across & (of_kept[:, 0] < bottom) & (of_kept[:, 1] > top)
        self._fill(self._rows[kept[reaching]], 0)

    def _fill(self, rows: Floats, step: int) -> None:
        seen = self._seen
        fill(rows, seen.heights, seen.mask, self._bounds, seen.best_class, seen.count, step)
