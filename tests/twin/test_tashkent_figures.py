"""The whole default city reaches what is asked of it: the table of `twin city figures`, without the times."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.city.figures.figure import MISSED, REACHED, SKIPPED
from twin.city.figures.length import passages, street_length
from twin.city.figures.network import together
from twin.city.figures.people import dwellings, residents
from twin.city.figures.reference import reference_of
from twin.city.figures.storeys import storeys
from twin.city.figures.walking import metro_walks
from twin.city.resolve import open_city

pytestmark = pytest.mark.slow
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "tashkent"


@pytest.fixture(scope="module")
def tashkent():
    return open_city(None)


@pytest.mark.parametrize("measure", [street_length, passages, residents, dwellings])
def test_the_city_carries_the_numbers_of_tashkent(tashkent, measure):
    figure = measure(tashkent, reference_of(tashkent))
    assert figure.verdict == REACHED, figure


def test_storeys_follow_the_tables_of_both_epochs(tashkent):
    assert [figure.verdict for figure in storeys(tashkent, reference_of(tashkent))] == [REACHED, REACHED]


def test_the_streets_hang_together(tashkent):
    assert together(tashkent).verdict == REACHED


def test_ground_reached_on_foot_is_like_that_on_the_real_streets(tashkent):
    if not DATA.is_dir():
        pytest.skip(f"the polygons stay outside the project, at {DATA}")
    told = list(metro_walks(tashkent, reference_of(tashkent), DATA))
    assert len(told) == 3
    assert not [figure for figure in told if figure.verdict in (MISSED, SKIPPED)], told


def test_a_city_fleet_finds_its_spots(tashkent):
    """Nearly 23,000 cameras, each with a data centre, fewer than one in a thousand without a spot."""
    from sensors.city_fleet import city_fleet

    fleet, lines = city_fleet(tashkent, seed=0)
    assert 20_000 < len(fleet) < 25_000
    assert sum(line.placed for line in lines) > 0.999 * sum(line.wanted for line in lines)
    assert len(set(fleet.data_centre)) == 13
