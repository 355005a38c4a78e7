"""Pictures: what is shown, what is left out, and faults that help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyproj
import pytest
import shapely

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.picture import around, draw_city, draw_kinds, whole
from twin.city.picture.kinds import kind_views
from twin.city.picture.palette import SIGNS, STREETS, storey_band
from twin.city.picture.sheet import _polygon_paths
from twin.city.picture.signs import credit_of
from twin.errors import InputError


def lonlat(x: float, y: float) -> tuple[float, float]:
    return pyproj.Transformer.from_crs(32642, 4326, always_xy=True).transform(x, y)


def pixels(path) -> np.ndarray:
    from matplotlib import image

    return image.imread(path)


def test_a_picture_shows_the_colours_of_what_is_there(tmp_path):
    """Flats of four storeys, of which there are nine, and not the red of the towers, of which there are none."""
    town = grid_town()
    draw_city(town, whole(town, "Grid"), tmp_path / "town.png", dpi=60)
    seen = {tuple(p) for p in (pixels(tmp_path / "town.png")[..., :3].reshape(-1, 3) * 255).round().astype(int)}
    colour = lambda text: tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))  # noqa: E731
    assert colour(storey_band(4)) in seen
    assert colour(storey_band(20)) not in seen


def test_a_building_with_a_court_keeps_it_open():
    """The rings turn against each other, whichever way round they were given: 100 x 100 less 40 x 40."""
    ring = shapely.box(0, 0, 100, 100).exterior.coords
    court = shapely.box(30, 30, 70, 70).exterior.coords
    for holes in ([court], [court[::-1]]):
        (path,) = _polygon_paths(np.array([shapely.Polygon(ring, holes)], dtype=object))
        rings = np.split(path.vertices, np.flatnonzero(path.codes == 1)[1:])
        turns = [0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) for x, y in (ring.T for ring in rings)]
        assert abs(sum(turns)) == pytest.approx(8400.0)


def test_a_close_up_is_a_square_round_its_point():
    town = grid_town()
    view = around(town, *lonlat(WEST_M + 150, SOUTH_M + 150), 100.0)
    assert (view.wide_m, view.tall_m) == pytest.approx((200.0, 200.0))
    assert view.west == pytest.approx(WEST_M + 50, abs=0.01)
    assert view.close


def test_the_view_of_the_whole_holds_every_building():
    town = grid_town()
    assert whole(town).holds(town.buildings.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m", "told"),
    [(41.3, 169.2, 600.0, "latitude"), (69.2, 41.3, 0.0, "20 m to"), (10.0, 50.0, 600.0, "its middle is 69.")],
)
def test_a_close_up_that_cannot_be_says_what_would_work(lon, lat, radius_m, told):
    with pytest.raises(InputError, match=told):
        around(grid_town(), lon, lat, radius_m)


def test_an_unknown_ending_is_wrong_input(tmp_path):
    with pytest.raises(InputError, match=r"\.png"):
        draw_city(grid_town(), whole(grid_town()), tmp_path / "town.docx")


def test_the_sheet_holds_only_the_kinds_that_a_city_has(tmp_path):
    """The grid has blocks of four storeys and nothing else that is looked for."""
    town = grid_town(12, 4)
    assert [view.title for view in kind_views(town)] == ["Quarter of 4 and 5 storeys"]
    towers = replace(town, buildings=town.buildings.assign(storeys=[20, 20, 20] + [4] * 30))
    assert draw_kinds(towers, tmp_path / "kinds.png", dpi=40) == [
        "Quarter of 4 and 5 storeys", "Towers of 17 storeys and more",
    ]  # fmt: skip


def test_a_kind_is_shown_where_most_of_it_stands_together():
    """One tower alone in the south-west, four together in the north-east."""
    town = grid_town(21, 21)
    xy = shapely.get_coordinates(shapely.centroid(town.buildings.geometry.to_numpy()))
    corner = np.hypot(*(xy - xy.max(axis=0)).T) < 180
    storeys = np.where(corner | (np.hypot(*(xy - xy.min(axis=0)).T) < 10), 20, 2)
    (view,) = kind_views(replace(town, buildings=town.buildings.assign(storeys=storeys)))
    assert view.east > xy.max(axis=0)[0]


def test_the_credit_names_the_licence_and_what_is_synthetic():
    town = replace(grid_town(), manifest={"licence": "ODbL 1.0", "real": "outline", "synthetic": "buildings"})
    assert credit_of(town) == "ODbL 1.0\nReal: outline\nSynthetic: buildings"


def test_every_class_and_kind_has_a_style():
    from twin.city.model import PLACE_KINDS, STREET_CLASSES

    assert set(STREETS) == set(STREET_CLASSES)
    assert set(PLACE_KINDS) - set(SIGNS) == {"park"}
