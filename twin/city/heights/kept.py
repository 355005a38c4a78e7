"""The raster on disk: one flat sparse file of cells, and one byte for each tile that says whether it is whole.

Tiles are written by one process at a time, under a lock that the system takes back from a process that dies. A tile's
byte is set after its cells are on the disk, so a tile that was half written when the process was killed is written
again. What is read is mapped, and read only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.heights.raster import Frame

METHOD: Final = 3
"""Version of the rasterisation, of what stands in it and of its files; a raster of another version is not read."""

TILES_A_BATCH: Final = 128
CELL: Final = np.dtype("<u2")


@dataclass(frozen=True)
class KeptRaster:
    """The files of one raster: ``heights.bin``, ``tiles.bin``, ``heights.json`` and ``lock``."""

    folder: Path
    frame: Frame

    @classmethod
    def at(cls, folder: Path, frame: Frame) -> KeptRaster:
        """Open the raster in a folder; one that is absent, damaged or of another frame is begun anew.

        Raises:
            OSError: the folder cannot be written.
        """
        kept = cls(folder, frame)
        if not kept._sound():
            kept._begin()
        return kept

    def map(self) -> NDArray[np.uint16]:
        """Return the (rows, columns) cells, mapped from the file and not writable."""
        shape = (self.frame.rows, self.frame.columns)
        return np.memmap(self.folder / "heights.bin", dtype=CELL, mode="r", shape=shape)

    def missing(self, tiles: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of some tiles that are not whole yet."""
        whole = np.fromfile(self.folder / "tiles.bin", dtype=np.uint8)
        missing: NDArray[np.int64] = tiles[whole[tiles] != 1]
        return missing

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the raster against other processes."""
        with (self.folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def write(self, tiles: Iterable[tuple[int, NDArray[np.uint16]]]) -> None:
        """Write tiles; rows of a tile in which nothing stands stay holes in the file.

        Raises:
            OSError: the disk is full or the files cannot be written; tiles written before are whole.
        """
        with (self.folder / "heights.bin").open("r+b", buffering=0) as cells:
            written: list[int] = []
            for tile, height_dm in tiles:
                self._write_tile(cells.fileno(), tile, height_dm)
                written.append(tile)
                if len(written) == TILES_A_BATCH:
                    self._settle(cells.fileno(), written)
                    written = []
            self._settle(cells.fileno(), written)

    def _write_tile(self, cells: int, tile: int, height_dm: NDArray[np.uint16]) -> None:
        top, _, left, _ = self.frame.cells_of(tile)
        raw = height_dm.astype(CELL, copy=False)
        for row in np.flatnonzero(raw.any(axis=1)).tolist():
            at = ((top + row) * self.frame.columns + left) * CELL.itemsize
            _write_all(cells, memoryview(raw[row]).cast("B"), at)

    def _settle(self, cells: int, tiles: list[int]) -> None:
        """Bring what was written to the disk, then say that it is whole."""
        os.fdatasync(cells)
        with (self.folder / "tiles.bin").open("r+b", buffering=0) as whole:
            for tile in tiles:
                os.pwrite(whole.fileno(), b"\1", tile)

    def _sound(self) -> bool:
        down, along = self.frame.tiles
        try:
            about: dict[str, Any] = json.loads((self.folder / "heights.json").read_text(encoding="utf-8"))
            cells_bytes = (self.folder / "heights.bin").stat().st_size
            tiles_bytes = (self.folder / "tiles.bin").stat().st_size
        except (OSError, ValueError):
            return False
        wanted = self.frame.rows * self.frame.columns * CELL.itemsize
        return about == _about(self.frame) and cells_bytes == wanted and tiles_bytes == down * along

    def _begin(self) -> None:
        """Put an empty raster in place in one step; of two processes that do, one wins and both go on with its."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
        down, along = self.frame.tiles
        try:
            for name, size in (
                ("heights.bin", self.frame.rows * self.frame.columns * CELL.itemsize),
                ("tiles.bin", down * along),
            ):
                with (part / name).open("wb") as file:
                    file.truncate(size)
            (part / "lock").touch()
            (part / "heights.json").write_text(json.dumps(_about(self.frame)) + "\n", encoding="utf-8")
            part.chmod(0o755)
            with _alone(self.folder.parent):
                if not self._sound():
                    shutil.rmtree(self.folder, ignore_errors=True)
                    part.replace(self.folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _about(frame: Frame) -> dict[str, Any]:
    return {**asdict(frame), "unit": "dm", "rows_from": "north", "cells": CELL.str, "method": METHOD}


def _write_all(file: int, raw: memoryview, at: int) -> None:
    while len(raw):
        done = os.pwrite(file, raw, at)
        raw, at = raw[done:], at + done
