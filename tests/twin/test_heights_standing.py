"""Walls, crowns and decks in the height raster, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from tests.towns import SOUTH_M, WEST_M, grid_town
from tests.twin.test_standing import at, bridged, with_barrier, with_houses, with_trees
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.heights.codes import bottom_dm, is_crown, is_hanging, solid_dm, top_dm


def code(raster: HeightRaster, x_m: float, y_m: float) -> np.uint16:
    """The code at a place, metres from the town's corner."""
    return raster.codes_at(np.array([WEST_M + x_m]), np.array([SOUTH_M + y_m]))[0]


def bare_town() -> City:
    """A block of 100 m with neither houses nor trees beside its streets."""
    town = with_houses(grid_town(2, 2), [])
    return town.__class__(**{**vars(town), "streets": town.streets.assign(drive=False)})


def test_a_wall_stands_in_every_cell_its_line_crosses() -> None:
    """From (20.5, 30.5) to (40.5, 30.5) in 21 cells; aslant, two cells that follow share a side."""
    raster = heights_of(with_barrier(bare_town(), (20.5, 30.5), (40.5, 30.5)))
    rows, columns = np.nonzero(raster.height_dm)
    assert (columns.tolist(), set(rows.tolist())) == (list(range(20, 41)), {69})
    assert set(raster.height_dm[rows, columns].tolist()) == {22}
    aslant = heights_of(with_barrier(bare_town(), (20.3, 20.1), (60.7, 47.9)))
    cells = np.argwhere(aslant.height_dm)
    cells = cells[np.lexsort((-cells[:, 0], cells[:, 1]))]
    assert (np.abs(np.diff(cells, axis=0)).sum(axis=1) == 1).all()
    assert len(cells) == 1 + 40 + 27


def test_a_wall_leaves_houses_as_high_as_they_are_and_large_cells_alone() -> None:
    house = [grid_town(2, 2).buildings.geometry[0]]
    town = with_barrier(bare_town(), (20, 50.5), (90, 50.5))
    moved = [geometry.__class__(np.array(geometry.exterior.coords) - (WEST_M, SOUTH_M)) for geometry in house]
    raster = heights_of(with_houses(town, moved, use="school"))
    assert raster.at(WEST_M + np.array([25.5, 50.5, 80.5, 95.5]), np.full(4, SOUTH_M + 50.5)).tolist() == [
        2.2, 4.0, 2.2, 0.0
    ]  # fmt: skip
    assert heights_of(town, 2.0).height_dm.any()
    assert not heights_of(town, 2.5).height_dm.any()


def test_a_crown_hangs_over_open_ground() -> None:
    """A round tree of 12 m, its crown 8 m across: thick in its middle, thin at its rim, no solid cell under it."""
    raster = heights_of(with_trees(bare_town(), (50.5, 50.5)))
    there = raster.height_dm[raster.height_dm > 0]
    assert is_crown(there).all()
    assert not solid_dm(there).any()
    middle, rim = code(raster, 50.5, 50.5), code(raster, 47.5, 50.5)
    assert (bottom_dm(middle), top_dm(middle)) == (40, 122)  # 2.3 and 6.9 m of a tree of 6.9 m, steps of 2 and 4 dm
    assert bottom_dm(middle) < bottom_dm(rim) < top_dm(rim) < top_dm(middle)
    assert raster.at(WEST_M + np.array([50.5]), SOUTH_M + np.array([50.5])).tolist() == [0.0]
    assert len(there) == pytest.approx(np.pi * 3.62**2, rel=0.25)


def test_crowns_that_meet_grow_together_whatever_their_order() -> None:
    one, other = (50.5, 50.5), (52.5, 50.5)
    both = heights_of(with_trees(bare_town(), one, other)).height_dm
    assert (both == heights_of(with_trees(bare_town(), other, one)).height_dm).all()
    alone = [heights_of(with_trees(bare_town(), spot)).height_dm for spot in (one, other)]
    assert (top_dm(both) == np.maximum(top_dm(alone[0]), top_dm(alone[1]))).all()
    hang = is_hanging(alone[0]) & is_hanging(alone[1])
    assert (bottom_dm(both)[hang] == np.minimum(bottom_dm(alone[0]), bottom_dm(alone[1]))[hang]).all()


def test_what_stands_comes_before_what_hangs() -> None:
    town = with_barrier(with_trees(bare_town(), (50.5, 50.5)), (40, 50.5), (60, 50.5))
    raster = heights_of(town)
    assert code(raster, 50.5, 50.5) == 22
    assert is_crown(code(raster, 50.5, 52.5))


def test_a_deck_hangs_over_the_street_it_crosses() -> None:
    raster = heights_of(bridged())
    deck = code(raster, 50.5, 0.5)
    assert is_hanging(deck)
    assert not is_crown(deck)
    assert (bottom_dm(deck), top_dm(deck)) == (50, 60)
    assert code(raster, 60.5, 0.5) == 0
    assert np.count_nonzero(is_hanging(raster.height_dm) & ~is_crown(raster.height_dm)) == 17 * 60


def test_a_bare_raster_has_houses_alone_and_its_own_files(tmp_path) -> None:
    from twin.city.store import save_city

    town = save_city(with_trees(grid_town(3, 3), (20.5, 50.5)), tmp_path / "town")
    full, bare = heights_of(town).height_dm, heights_of(town, bare=True).height_dm
    assert is_hanging(full).any()
    assert not is_hanging(bare).any()
    assert (bare == solid_dm(full)).all()
    names = sorted(path.name.split("-", 1)[1] for path in (tmp_path / "town" / "heights").iterdir())
    assert names == ["1m-v3", "1m-v3-bare"]


def test_a_window_holds_the_crowns_of_trees_that_stand_outside_it() -> None:
    """A tree 1 m beyond the edge of the only tile that is made."""
    town = with_trees(grid_town(13, 13), *(((1024.0 + 1.0), 20.0 + 30.0 * k) for k in range(30)))
    whole = heights_of(town).height_dm
    part = heights_of(town, 1.0, (WEST_M + 10, SOUTH_M + 900, WEST_M + 11, SOUTH_M + 901)).height_dm
    assert part[:, 1024:].any() == False  # noqa: E712
    assert (part[:1024, :1024] == whole[:1024, :1024]).all()
    assert is_crown(whole[:1024, 1020:1024]).any()
    assert len(at((0, 0))) == 1
