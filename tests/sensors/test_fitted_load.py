"""A recogniser under load: waits and losses worked by hand, and what they do to a camera's alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.alarms import load_alarm_rules
from sensors.fitted import load_fitted
from sensors.fitted_load import QUANTILES, FittedLoad, load_fitted_load, save_fitted_load, waits_us
from sensors.fitted_source import FittedSource
from sensors.stream_load import Servers, StreamLoad, enough_frames
from tests.sensors.made import camera, empty_raster, fitted, fleet, incident
from twin.errors import InputError

RULES = load_alarm_rules()


def made(service_ms: float = 20.0, places: int = 4) -> FittedLoad:
    """A recogniser that takes the same time for each frame."""
    return FittedLoad(
        schema_version=1, frames_per_s=5.0, places=places, drop_rule="oldest", service_ms=(service_ms,) * QUANTILES,
        levels=(), held_out_error=0.0, machine="made up", fitted_on="nothing", weights_sha256="0" * 64,
    )  # fmt: skip


def test_a_line_of_frames_by_hand():
    """Service takes 10 and one frame may wait: 0 is taken at once, 1 is driven out by 2, 2 by 3, and 3 waits for 7."""
    assert waits_us(np.array([0, 1, 2, 3, 40]), np.full(5, 10), 1).tolist() == [0, -1, -1, 7, 0]
    assert waits_us(np.array([0, 0, 0]), np.full(3, 10), 2).tolist() == [0, 10, 20]


@given(gaps=st.lists(st.integers(0, 30), min_size=1, max_size=40), places=st.integers(1, 5), service=st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_no_frame_waits_longer_than_the_queue_is_long_and_only_a_full_one_loses(gaps, places, service):
    arrive = np.cumsum(gaps)
    waits = waits_us(arrive, np.full(len(gaps), service), places)
    assert waits.max() <= (places + 1) * service
    if (waits < 0).any():
        assert len(gaps) > places
    taken = waits >= 0
    begins = (arrive + waits)[taken]
    assert (np.diff(begins) >= service).all()


def test_below_saturation_nothing_is_lost_and_above_it_what_cannot_be_done_is():
    """At 20 ms a frame one server does 50 frames a second, ten cameras of five."""
    model = made()
    assert model.at(1).wait_ms.max() == 0
    assert model.at(9).lost_share == 0.0
    assert model.at(20).lost_share == pytest.approx(0.5, abs=0.01)
    assert model.at(40).lost_share == pytest.approx(0.75, abs=0.01)
    assert model.at(20).late_share(10_000) == model.at(20).lost_share
    assert model.at(20).late_share(0) == 1.0


def test_servers_share_the_cameras_of_their_data_centre():
    cameras = fleet(*[camera(f"a{i}", data_centre="A") for i in range(5)], camera("b", data_centre="B"))
    assert Servers(cameras_per_server=2).streams_of(cameras).tolist() == [2, 2, 2, 2, 2, 1]
    assert Servers(per_data_centre=1).streams_of(cameras).tolist() == [5, 5, 5, 5, 5, 1]
    assert Servers(per_data_centre=1, streams_per_camera=2.5).streams_of(cameras).tolist() == [13, 13, 13, 13, 13, 3]


def _alarms(load: StreamLoad | None) -> list:
    incidents = [incident(i, 150, 170, visible_ms=60_000) for i in range(300)]
    source = FittedSource(
        fleet(camera()), empty_raster(), incidents, fitted(hazard_logit=-3.0), RULES, lambda t: ("day", "clear"),
        3_600_000, 1, load=load,
    )  # fmt: skip
    return source.look(0).alarms


def test_a_server_that_is_not_short_changes_no_alarm():
    load = StreamLoad.of(fleet(camera()), Servers(cameras_per_server=1), made())
    assert _alarms(load) == _alarms(None)


def test_a_crowded_server_makes_alarms_later_and_fewer():
    late = StreamLoad.of(fleet(camera()), Servers(per_data_centre=1, streams_per_camera=10), made(places=50))
    few = StreamLoad.of(fleet(camera()), Servers(per_data_centre=1, streams_per_camera=40), made())
    free, waiting, lost = _alarms(None), _alarms(late), _alarms(few)
    by_id = {alarm.incident_id: alarm.t_ms for alarm in free}
    assert len(waiting) == len(free)
    assert sum(alarm.t_ms - by_id[alarm.incident_id] for alarm in waiting) > 0
    assert len(lost) < len(free)


def test_enough_frames_get_through_less_often_the_more_are_lost():
    shares = [enough_frames(lost, 8, 15) for lost in np.linspace(0, 1, 11)]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (1.0, 0.0)


def test_the_shipped_model_belongs_to_the_shipped_weights_and_comes_back_from_its_file(tmp_path):
    model = load_fitted_load()
    assert model.weights_sha256 == load_fitted().weights_sha256
    assert len(model.levels) >= 4
    save_fitted_load(model, tmp_path / "load.json")
    assert load_fitted_load(tmp_path / "load.json") == model


def test_faults_of_a_file_are_told_at_once(tmp_path):
    with pytest.raises(InputError, match="twin vision load --fit"):
        load_fitted_load(tmp_path / "none.json")
    path = tmp_path / "half.json"
    path.write_text('{"schema_version": 1, "frames_per_s": -1, "places": 0}')
    with pytest.raises(InputError) as told:
        load_fitted_load(path)
    assert len(told.value.faults) > 3
