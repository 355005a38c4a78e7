"""What a drone's camera sees is what the fitted model says of a picture of that width, that light and that weather."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.drones.seeing import WIDTH_PX, Seer
from agents.drones.settings import Operations
from sensors.alarms import load_alarm_rules
from sensors.fitted import load_fitted
from tests.agents.drones.skies import FAR, lying, town_heights
from twin.records import Visual

MODEL = load_fitted()
CLOSE_DEG, LOOK_MS, SEEN = Operations.close_hfov_deg, 60_000, 1500


def share_seen(incident, above_m: float, sky: tuple[str, str], hfov_deg: float = CLOSE_DEG) -> tuple[float, float]:
    """Share of incidents alike that a drone above one sees in a minute, and the pixel density of its picture there."""
    seer = Seer(town_heights(), MODEL, load_alarm_rules(), lambda t_ms: sky, 1)
    at_m = np.array([incident.x_m, incident.y_m, above_m])
    seen = [
        seer.sees_ms(at_m, hfov_deg, replace(incident, id=number), 100_000, 100_000 + LOOK_MS) is not None
        for number in range(SEEN)
    ]
    met = seer.encounter(at_m, hfov_deg, incident)
    assert met.width_px == WIDTH_PX
    return float(np.mean(seen)), float(MODEL.density(met.px_per_m, WIDTH_PX))


@pytest.mark.parametrize("sky", [("day", "clear"), ("night", "rain")])
def test_a_minutes_look_finds_the_share_that_the_model_integrates_to(sky):
    for above_m, hfov_deg in ((30.0, 71.0), (60.0, CLOSE_DEG)):
        share, px_per_m = share_seen(lying(0, 10, FAR), above_m, sky, hfov_deg)
        fit = MODEL.hazards["person_lying"]
        expected = float(fit.p_alarm(px_per_m * fit.target_height_m, *sky, LOOK_MS / 1000))
        assert share == pytest.approx(expected, abs=3 * np.sqrt(0.25 / SEEN))


def test_plates_are_read_as_often_as_the_model_says_in_that_weather():
    car = lying(0, 10, FAR, visual=Visual.LISTED_PLATE, plate="00A123BC")
    for sky in (("day", "clear"), ("day", "fog")):
        share, px_per_m = share_seen(car, 20.0, sky, 10.0)
        expected = float(MODEL.plate.p_read(px_per_m, *sky))
        assert 0.02 < expected < 0.98
        assert share == pytest.approx(expected, abs=3 * np.sqrt(0.25 / SEEN))


def test_what_lies_too_small_in_the_picture_is_not_seen_however_long():
    share, px_per_m = share_seen(lying(0, 10, FAR), 120.0, ("day", "clear"), 71.0)
    assert px_per_m * MODEL.hazards["person_lying"].target_height_m < MODEL.hazards["person_lying"].height_px.low
    assert share == 0.0
