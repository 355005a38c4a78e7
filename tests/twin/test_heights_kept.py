"""The raster on disk: made tile by tile, by one process or several, killed or not."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of
from twin.city.heights.kept import KeptRaster
from twin.city.store import save_city

TILES = 9
KILLED_HALFWAY = """
import os, signal, sys
from pathlib import Path
from twin.city.heights import heights_of, kept
from twin.city.store import load_city
whole = kept.KeptRaster._write_tile
def dies(self, cells, tile, height_dm):
    if tile == 4:
        height_dm[len(height_dm) // 2 :] = 0
        whole(self, cells, tile, height_dm)
        os.kill(os.getpid(), signal.SIGKILL)
    whole(self, cells, tile, height_dm)
    self._settle(cells, [tile])
kept.KeptRaster._write_tile = dies
heights_of(load_city(Path(sys.argv[1])))
"""
MAKES_ALL = """
import sys
from pathlib import Path
from twin.city.heights import heights_of
from twin.city.store import load_city
print(int(heights_of(load_city(Path(sys.argv[1]))).height_dm.sum()))
"""


def town_of_nine_tiles(folder: Path) -> object:
    return save_city(grid_town(11, 11, block_m=250.0), folder)


def wholes(kept: Path) -> list[int]:
    return np.fromfile(kept / "tiles.bin", dtype=np.uint8).tolist()


def test_the_raster_is_kept_beside_the_city_and_mapped_from_there(tmp_path: Path) -> None:
    town = save_city(grid_town(), tmp_path / "town")
    made = heights_of(town)
    assert isinstance(made.height_dm, np.memmap)
    (kept,) = (tmp_path / "town" / "heights").iterdir()
    about = json.loads((kept / "heights.json").read_text())
    assert (about["cell_m"], about["west_m"], about["north_m"]) == (1.0, made.west_m, made.north_m)
    assert (heights_of(grid_town()).height_dm == made.height_dm).all()
    with pytest.raises(ValueError, match="read-only"):
        made.height_dm[0, 0] = 1
    written = (kept / "heights.bin").stat().st_mtime_ns
    heights_of(town)
    assert (kept / "heights.bin").stat().st_mtime_ns == written


def test_only_the_tiles_asked_for_are_made_and_the_others_when_they_are(tmp_path: Path) -> None:
    town = town_of_nine_tiles(tmp_path / "town")
    corner = heights_of(town, 1.0, (WEST_M, SOUTH_M, WEST_M + 100.0, SOUTH_M + 100.0))
    (kept,) = (tmp_path / "town" / "heights").iterdir()
    assert wholes(kept) == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    heights_of(town)
    assert wholes(kept) == [1] * TILES
    assert (corner.height_dm == heights_of(grid_town(11, 11, block_m=250.0)).height_dm).all()


@pytest.mark.parametrize("file", ["heights.json", "heights.bin", "tiles.bin"])
def test_a_damaged_raster_is_not_trusted(tmp_path: Path, file: str) -> None:
    town = save_city(grid_town(), tmp_path / "town")
    whole = heights_of(town).height_dm.copy()
    (kept,) = (tmp_path / "town" / "heights").iterdir()
    (kept / file).write_text("{")
    again = heights_of(town).height_dm
    assert isinstance(again, np.memmap)
    assert (again == whole).all()


def test_a_tile_half_written_when_the_process_was_killed_is_made_again(tmp_path: Path) -> None:
    town = town_of_nine_tiles(tmp_path / "town")
    ended = subprocess.run([sys.executable, "-c", KILLED_HALFWAY, str(tmp_path / "town")], check=False)
    assert ended.returncode == -9
    (kept,) = (tmp_path / "town" / "heights").iterdir()
    assert wholes(kept) == [1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert (heights_of(town).height_dm == heights_of(grid_town(11, 11, block_m=250.0)).height_dm).all()


def test_two_processes_make_one_raster_together(tmp_path: Path) -> None:
    town_of_nine_tiles(tmp_path / "town")
    command = [sys.executable, "-c", MAKES_ALL, str(tmp_path / "town")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    wanted = int(heights_of(grid_town(11, 11, block_m=250.0)).height_dm.sum())
    assert [int(words) for words in said] == [wanted, wanted]
    assert [path.name for path in (tmp_path / "town" / "heights").iterdir() if path.name.startswith(".")] == []


def test_a_full_disk_leaves_the_raster_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: KeptRaster, cells: int, tile: int, height_dm: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(KeptRaster, "_write_tile", full)
    made = heights_of(save_city(grid_town(), tmp_path / "town"))
    assert not isinstance(made.height_dm, np.memmap)
    assert (made.height_dm == heights_of(grid_town()).height_dm).all()
