"""Regions of zones: read whole, checked whole, and driven in by the contract of travel times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.twin.region_files import FILES, write_region
from twin.city.schema import city_faults
from twin.errors import InputError
from twin.records import Service
from twin.region import PostTeams, read_region
from twin.travel import MatrixTravel

EVENING = datetime(2026, 5, 15, 5, 30, tzinfo=ZoneInfo("Asia/Tashkent"))


def test_a_folder_of_tables_is_a_region(tmp_path):
    region = read_region(write_region(tmp_path))
    assert region.zone == ("west", "middle", "east")
    assert region.residents.tolist() == [1000, 3000, 500]
    assert region.districts == ("Old", "New")
    assert region.district.tolist() == [0, 0, 1]
    assert {service: rate.tolist() for service, rate in region.rate_per_h.items()} == {
        Service.AMBULANCE: [2.0, 6.0, 1.0], Service.FIRE: [0.2, 0.3, 0.0],
    }  # fmt: skip
    assert region.posts[1:] == (
        PostTeams(2, Service.AMBULANCE, 1, "intensive"), PostTeams(0, Service.FIRE, 1, "engine"),
    )  # fmt: skip
    assert region.hospitals == (1,)


def test_the_table_of_the_hour_holds_and_the_last_one_through_the_night(tmp_path):
    """From half past five: 90 minutes later it is seven, and 24 hours after the start half past five again."""
    travel = read_region(write_region(tmp_path)).travel(EVENING)
    assert [travel.period_at(60_000 * minute) for minute in (0, 89, 90, 18 * 60, 24 * 60)] == [0, 0, 1, 1, 0]
    assert travel.one_to_one_ms(0, 1, 0) == 120_000
    assert travel.many_to_one_ms(np.array([0, 2, 1]), 1, 1).tolist() == [240_000, 420_000, 0]
    assert travel.one_to_many_ms(2, np.array([0, 1, 2]), 1).tolist() == [-1, 420_000, 0], "no way back west by day"


def test_a_vehicle_drives_straight_from_zone_to_zone(tmp_path):
    travel = read_region(write_region(tmp_path)).travel(EVENING)
    route = travel.route(1, 2, 0)
    assert (route.nodes.tolist(), route.travel_ms) == ([1, 2], 240_000)
    assert travel.pose_on(route, 120_000) == (518_000.0, 4_570_000.0, 90.0)
    assert travel.pose_on(route, 999_000)[0] == 519_000.0
    assert route.node_ahead(1) == (2, 240_000)
    assert travel.route(1, 1, 0).travel_ms == 0
    assert travel.route(2, 0, 1).travel_ms == -1
    assert travel.nearest_node(np.array([516_600.0]), np.array([4_570_000.0])).tolist() == [1]
    assert travel.nearest_node(np.array([516_500.0]), np.array([4_570_000.0])).tolist() == [0]
    assert travel.nearest_node(518_900.0, 4_570_100.0) == 2
    for wrong in (-1, 3):
        with pytest.raises(IndexError):
            travel.many_to_one_ms(np.array([wrong]), 0, 0)
        with pytest.raises(IndexError):
            travel.one_to_one_ms(0, wrong, 0)


def test_as_a_city_a_region_is_sound_and_has_neither_streets_nor_buildings(tmp_path):
    city = read_region(write_region(tmp_path)).city()
    assert city_faults(city) == []
    assert (len(city.nodes), len(city.streets), len(city.buildings), city.residents) == (3, 0, 0, 4500)
    assert city.mahallas["name"].tolist() == ["west", "middle", "east"]
    assert [cell.contains(node) for cell, node in zip(city.mahallas.geometry, city.nodes.geometry, strict=True)] == [
        True, True, True,
    ]  # fmt: skip
    assert city.places["kind"].tolist() == ["ambulance_post", "ambulance_post", "fire_station", "hospital"]


def test_places_may_be_given_in_degrees(tmp_path):
    zones = "id,lon,lat,residents\na,69.2,41.3,10\nb,69.3,41.3,20\n"
    rest = {
        "zones_csv": zones, "times_csv": "from,to,minutes\na,b,9\nb,a,9\n",
        "posts_csv": "zone,service,teams\na,police,1\n", "hospitals_csv": "zone\n",
    }  # fmt: skip
    region = read_region(write_region(tmp_path, **rest))
    assert np.diff(region.xy_m[:, 0])[0] == pytest.approx(8370, rel=0.01)
    assert region.hospitals == ()


def test_residents_that_are_not_given_go_by_demand(tmp_path):
    zones = FILES["zones.csv"].replace(",residents", "").replace(",1000", "").replace(",3000", "").replace(",500", "")
    region = read_region(write_region(tmp_path, zones_csv=zones))
    assert region.residents.sum() == pytest.approx(100_000, abs=2)
    assert region.residents[1] == pytest.approx(100_000 * 6.3 / 9.5, abs=1)


def test_every_fault_of_every_file_is_told_at_once(tmp_path):
    folder = write_region(
        tmp_path,
        region_yaml="version: 1\nname: Three Zones\ntitle: Three zones\nsource: made by hand\ncrs: EPSG:4326\n",
        zones_csv=FILES["zones.csv"].replace("middle,517000", "west,far").replace(",500,", ",-5,"),
        times_csv="from,to,minutes\nwest,east,soon\nwest,west,3\neast,west,1\neast,west,2\nnorth,east,1\n",
        posts_csv="zone,service,teams\nwest,ambulanse,1\neast,ambulance,-1\n",
        hospitals_csv="zone,beds\neast,3\n",
    )
    with pytest.raises(InputError) as caught:
        read_region(folder)
    told = [fault.what for fault in caught.value.faults]
    for words in (
        "region.yaml:2: name", "region.yaml:5: crs", "zones.csv:3: id: found 'west'", "zones.csv:3: x_m: found 'far'",
        "zones.csv:4: residents: found '-5'; a number of at least 0", "times.csv:2: minutes: found 'soon'",
        "times.csv:3: minutes: from a zone to itself it is 0", "times.csv:5: the time from east to west stands there",
        "times.csv:6: from: there is no zone 'north'", "posts.csv:2: service: there is no service 'ambulanse'; did you",
        "posts.csv:3: teams: found '-1'", "hospitals.csv:1: nobody knows the column beds",
        "posts.csv: no team of ambulance, fire, where zones.csv names demand on it",
    ):  # fmt: skip
        assert any(what.startswith(words) for what in told), (words, told)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("times_csv", "", "times.csv: it is empty"),
        ("times_csv", "from,to\n", "times.csv:1: no column minutes; found from, to"),
        ("zones_csv", "id,residents\nwest,1\n", "give the columns x_m and y_m, or lon and lat"),
        ("zones_csv", "id,x_m,y_m\nwest,1,1\n", "no demand: give residents"),
        ("zones_csv", "id,x_m,y_m\n", "there is no zone"),
        ("times_csv", "from,to,minutes\nwest,east,1,2,3\n", "found 5 cells; the header has 3"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, text, words):
    with pytest.raises(InputError, match=words):
        read_region(write_region(tmp_path, **{name: text}))


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        read_region(tmp_path / "nowhere")
    folder = write_region(tmp_path)
    (folder / "posts.csv").unlink()
    with pytest.raises(InputError, match=r"posts.csv: No such file"):
        read_region(folder)


def test_tables_that_do_not_fit_are_refused():
    start = datetime(2026, 5, 15, tzinfo=ZoneInfo("Asia/Tashkent"))
    with pytest.raises(ValueError, match="times_ms must be"):
        MatrixTravel(np.zeros((1, 2, 2)), [0], np.zeros((3, 2)), start)
    with pytest.raises(ValueError, match="must ascend"):
        MatrixTravel(np.zeros((2, 1, 1)), [7, 7], np.zeros((1, 2)), start)
    with pytest.raises(ValueError, match="time zone"):
        MatrixTravel(np.zeros((1, 1, 1)), [0], np.zeros((1, 2)), start.replace(tzinfo=None))
