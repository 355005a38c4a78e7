"""The real frame of Tashkent: what is known fits together."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon

from twin.checked_yaml import read_checked
from twin.city.frame import ZONE_KINDS, load_frame
from twin.city.frame_figures import DATA, STOREYS_2019, STOREYS_2026, FrameFigures, frame_figures, mahalla_names
from twin.city.model import CORRIDORS, PLACE_KINDS, STREET_CLASSES
from twin.errors import InputError

FRAME = load_frame()


def in_metres(lon: float, lat: float) -> tuple[float, float]:
    return pyproj.Transformer.from_crs(4326, 32642, always_xy=True).transform(lon, lat)


def street(name: str):
    return next(street for street in FRAME.streets if street.name == name)


def test_districts_share_their_borders_without_gaps_or_overlaps():
    polygons = [district.polygon for district in FRAME.districts]
    assert len(polygons) == 12
    assert shapely.coverage_is_valid(polygons)
    assert FRAME.outline.geom_type == "Polygon"
    assert not FRAME.outline.interiors
    assert 25 <= np.mean([len(district.outline) for district in FRAME.districts]) <= 45


@pytest.mark.parametrize("district", FRAME.districts, ids=lambda district: district.name)
def test_simplifying_left_the_area_of_a_district(district):
    """Within 2 %; Sergeli also holds the 18.2 km2 that the source leaves out inside it."""
    known_km2 = district.figures.area_km2 + (18.2 if district.name == "Sergeli" else 0.0)
    assert district.polygon.area / 1e6 == pytest.approx(known_km2, rel=0.02)


def test_the_figures_add_up():
    figures = frame_figures()
    assert sum(d.residents for d in figures.districts.values()) == pytest.approx(figures.city.residents, rel=1e-3)
    assert sum(d.counts["ambulance_post"] for d in figures.districts.values()) == figures.city.ambulance_posts
    assert sum(d.counts["fire_station"] for d in figures.districts.values()) == figures.city.fire_stations
    assert sum(len(names) for names in mahalla_names().values()) == 611
    assert set(mahalla_names()) == set(figures.districts)


def test_yangihayot_is_taken_from_its_neighbour_and_says_so():
    figures = frame_figures().districts
    for table, bands in (("storeys_2019", STOREYS_2019), ("storeys_2026", STOREYS_2026)):
        own, neighbour = getattr(figures["Yangihayot"], table), getattr(figures["Sergeli"], table)
        assert own["flats"] == 0
        assert [own[band] for band in bands] == [neighbour[band] for band in bands]


def test_both_rings_close_and_lie_in_the_city():
    big, small = street("Toshkent halqa avtomobil yo‘li"), street("Kichik halqa yo‘li")
    assert big.course[0] == big.course[-1]
    assert small.course[0] == small.course[-1]
    assert 63.0 <= LineString(big.course).length / 1000 <= 67.0
    assert 26.0 <= LineString(small.course).length / 1000 <= 31.0
    assert LineString(big.course).is_simple
    assert FRAME.outline.covers(LineString(big.course))
    assert Polygon(big.course).covers(LineString(small.course))


def test_a_good_street_runs_by_the_stations_above_it():
    """Each station of the Chilonzor line from Milliy bog‘ to Olmazor lies within 80 m of Bunyodkor avenue."""
    avenue = LineString(street("Bunyodkor shoh ko‘chasi").course)
    metro = {spot.name: Point(spot.at) for spot in FRAME.spots_of("metro")}
    for name in ("Milliy bog‘", "Novza", "Mirzo Ulug‘bek", "Chilonzor", "Olmazor"):
        assert avenue.distance(metro[name]) < 80.0


def test_streets_end_on_streets_or_leave_the_city():
    lines = [LineString(s.course) for s in FRAME.streets]
    edge = FRAME.outline.exterior
    for line in lines:
        for end in (Point(line.coords[0]), Point(line.coords[-1])):
            near = min(other.distance(end) for other in lines if other is not line)
            assert near < 1.0 or edge.distance(end) < 1.0 or line.is_closed


def test_known_words_only():
    assert {s.street_class for s in FRAME.streets} <= set(STREET_CLASSES)
    assert {s.corridor for s in FRAME.streets} <= set(CORRIDORS)
    assert {s.quality for s in FRAME.streets} == {"good", "fair", "weak", "assumed"}
    assert {spot.kind for spot in FRAME.spots} <= set(PLACE_KINDS)
    assert all(source.strip() for source in FRAME.sources)


def test_metro_has_49_stations_on_four_lines():
    lines = [spot.more["line"] for spot in FRAME.spots_of("metro")]
    assert {line: lines.count(line) for line in lines} == {
        "Chilonzor": 16, "O‘zbekiston": 11, "Yunusobod": 8, "Halqa": 14,
    }  # fmt: skip


def test_stretches_of_land_lie_in_the_city_and_apart():
    shapes = [Polygon(land.outline) for land in FRAME.lands]
    assert all(FRAME.outline.contains(shape) for shape in shapes)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "kind"),
    [(69.2368, 41.3259, "old_city"), (69.2797, 41.3112, "planned_centre"), (69.2050, 41.2744, "soviet_quarter"),
     (69.2487, 41.3167, "new_towers"), (69.4500, 41.3450, "village")],
)  # fmt: skip
def test_the_kind_of_fabric_is_the_one_a_resident_would_name(lon, lat, kind):
    """Chorsu, Amir Temur square, Chilonzor station, Tashkent City, the far east of Yashnobod."""
    assert ZONE_KINDS[int(FRAME.zones.kinds_at(np.array([in_metres(lon, lat)]))[0])] == kind


def test_a_damaged_table_tells_all_its_faults(tmp_path):
    text = (DATA / "tashkent.yaml").read_text(encoding="utf-8")
    broken = text.replace("dwellings: 724692", "dwellings: many").replace('"4-5": 0.73', '"4-5": 0.93')
    (tmp_path / "t.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_checked(tmp_path / "t.yaml", FrameFigures, "read the figures")
    assert len(told.value.faults) == 2
    assert "add to 1.2" in str(told.value)
