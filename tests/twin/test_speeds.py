"""Speed profiles: what they say for a street and an hour, and what is wrong with a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from tests.towns import grid_town
from twin.city.model import STREET_CLASSES
from twin.errors import InputError
from twin.speeds import read_speed_profiles, speed_profile
from twin.streets import StreetGraph

NAMES = ["day", "night", "morning_peak", "evening_peak", "friday_noon", "sunday_bazaar"]


def block_ms(profile: str, period: str, street_class: str, width_m: float, signal: bool = False) -> int:
    """Time over one block that takes 10 s at the limit."""
    town = grid_town(2, 1)
    streets = town.streets.assign(street_class=street_class, width_m=width_m)
    town = replace(town, streets=streets, nodes=town.nodes.assign(signal=signal))
    speeds = speed_profile(profile)
    index = [p.name for p in speeds.periods].index(period)
    return int(StreetGraph.of(town, speeds, index).times_from_ms(0)[1])


@pytest.mark.parametrize(
    ("day", "clock", "period"),
    [
        (15, "07:29", "day"), (15, "07:30", "morning_peak"), (15, "09:30", "day"), (15, "17:00", "evening_peak"),
        (15, "19:59", "evening_peak"), (15, "20:00", "day"), (15, "23:00", "night"), (16, "05:59", "night"),
        (16, "06:00", "day"), (19, "12:30", "friday_noon"), (18, "12:30", "day"), (20, "18:00", "day"),
        (21, "10:00", "sunday_bazaar"),
    ],
)  # fmt: skip
def test_the_week_of_tashkent(day: int, clock: str, period: str) -> None:
    """15 June 2026 is a Monday."""
    at = datetime.fromisoformat(f"2026-06-{day}T{clock}")
    for name in ("car", "blue_light"):
        profile = speed_profile(name)
        assert [p.name for p in profile.periods] == NAMES
        assert profile.periods[profile.period_of(at)].name == period


def test_traffic_slows_wide_streets_most_and_blue_lights_win_most_back_there() -> None:
    assert block_ms("car", "night", "primary", 14.0) == 10_000
    assert block_ms("car", "evening_peak", "primary", 14.0) == 25_000
    assert block_ms("car", "evening_peak", "residential", 6.0) == 12_500
    # 1.2 of the limit; of the 0.6 that traffic takes 0.4 is won back on 14 m, nothing in a lane
    assert block_ms("blue_light", "night", "primary", 14.0) == round(10_000 / 1.2)
    assert block_ms("blue_light", "evening_peak", "primary", 14.0) == round(10_000 / (1.2 * (1 - 0.6 * 0.6)))
    assert block_ms("blue_light", "evening_peak", "primary", 4.0) == round(10_000 / (1.2 * 0.4))
    assert block_ms("blue_light", "night", "residential", 6.0) == 10_000


def test_blue_lights_are_never_slower_than_a_car_at_the_same_hour() -> None:
    rows = product(STREET_CLASSES, (3.0, 7.0, 10.0, 22.0))
    streets = pd.DataFrame(rows, columns=["street_class", "width_m"]).assign(speed_kmh=50.0)
    car, blue = speed_profile("car"), speed_profile("blue_light")
    for period in range(len(NAMES)):
        assert (blue.speeds_kmh(streets, period) >= car.speeds_kmh(streets, period)).all()
        assert blue.periods[period].signal_delay_ms <= car.periods[period].signal_delay_ms


def test_a_signal_costs_its_wait_on_each_arc_that_ends_there() -> None:
    assert block_ms("car", "evening_peak", "primary", 14.0, signal=True) == 25_000 + 35_000
    assert block_ms("blue_light", "day", "residential", 6.0, signal=True) == round(10_000 / (1 - 0.05 * 0.9)) + 4_000
    assert block_ms("free_flow", "always", "primary", 14.0, signal=True) == 10_000


def test_who_walks_goes_at_5_km_h_on_every_walkable_street_both_ways_and_under_no_turn() -> None:
    town = grid_town(3, 1)
    streets = town.streets.assign(oneway=True, drive=[True, False], walk=[True, True])
    walked = StreetGraph.of(replace(town, streets=streets), speed_profile("walk"))
    assert walked.times_from_ms(2).tolist() == [144_000, 72_000, 0]  # 200 m
    with pytest.raises(InputError, match="no walkable street"):
        StreetGraph.of(replace(town, streets=streets.assign(walk=False)), speed_profile("walk"))


def test_a_name_that_is_not_known_is_refused_with_one_that_is() -> None:
    with pytest.raises(InputError, match="did you mean 'blue_light'"):
        speed_profile("blue_lights")


def test_profiles_of_ones_own_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(
        'schema: 1\nprofiles:\n  slow: {assumption: all at half speed, dated: "2026", factors: {primary: 0.5}}\n'
    )
    with pytest.raises(InputError, match=r"sweep.yaml:1: schema"):
        speed_profile(f"{path}:slow")
    path.write_text(path.read_text().replace("schema: 1", "schema: 2"))
    assert speed_profile(f"{path}:slow").periods[0].factors == {"primary": 0.5}


def test_all_faults_of_a_file_are_named_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(
        """schema: 2
weeks:
  here:
    source: assumed
    otherwise: day
    hours:
      - {period: peak, days: [mon], from: "07:00", until: "25:00"}
      - {period: peak, days: [moon], from: "09:00", until: "08:00"}
profiles:
  car:
    assumption: none
    dated: "2026"
    factors: {primry: 1.0, service: 0}
  walker:
    assumption: none
    dated: "2026"
    mode: walk
"""
    )
    with pytest.raises(InputError) as refused:
        read_speed_profiles(path)
    text = str(refused.value)
    for line, fault in ((7, "24:00"), (8, "mon"), (13, "primary"), (13, "greater than 0"), (14, "pace_kmh")):
        assert any(f"sweep.yaml:{line}:" in row and fault in row for row in text.splitlines()), (line, fault, text)


@pytest.mark.parametrize(
    ("hours", "fault"),
    [
        ('[{period: a, days: [mon], from: "08:00", until: "10:00"}, {period: b, days: [mon], from: "09:00", '
         'until: "11:00"}]', "mon 09:00 is both a and b"),
        ("[" + ", ".join(f'{{period: p{i}, days: [mon], from: "0{i}:00", until: "0{i}:30"}}' for i in range(6)) + "]",
         "at most 6"),
    ],
)  # fmt: skip
def test_hours_of_two_periods_and_too_many_periods_are_refused(tmp_path: Path, hours: str, fault: str) -> None:
    path = tmp_path / "week.yaml"
    path.write_text(
        f"schema: 2\nweeks:\n  here: {{source: assumed, otherwise: day, hours: {hours}}}\n"
        'profiles:\n  car: {assumption: none, dated: "2026"}\n'
    )
    with pytest.raises(InputError, match=fault):
        read_speed_profiles(path)
