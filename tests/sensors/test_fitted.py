"""The fitted model's file: evaluated by hand, refused when wrong, tied to its weights."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.fitted import (
    FittedModel,
    check_weights,
    hazard_features,
    load_fitted,
    logistic,
    plate_features,
    save_fitted,
)
from tests.sensors.made import fitted, fitted_dict
from twin.errors import InputError

LIGHT = st.sampled_from(["day", "dusk", "night"])
WEATHER = st.sampled_from(["clear", "rain", "fog", "snow", "dust"])


def sloped():
    """Return a model whose hazard rises by one logit for each doubling of the pixel height."""
    content = fitted_dict()
    for hazard in content["hazards"].values():
        hazard["coef"] = [-2.0, 1.0, -0.5, -1.0, -0.25, -2.0]
    return FittedModel.model_validate(content)


def test_hazard_by_hand():
    """64 px at dusk in rain, half hidden: -2 + 1 - 0.5 - 0.25 - 1 = -2.75."""
    found = sloped().hazards["fire"].hazard(64.0, "dusk", "rain", 0.5)
    assert float(found) == pytest.approx(1 / (1 + math.exp(2.75)))


def test_plate_by_hand():
    """200 px/m at night: 2 + 1 - 1 = 2; by day under 50 px/m nothing is read."""
    plate = fitted().plate
    assert float(plate.p_read(200.0, "night")) == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert plate.p_read([49.9, 50.0], "day").tolist() == [0.0, pytest.approx(1 / (1 + math.exp(-1.0)))]


def test_outside_its_range_a_fit_claims_nothing_below_and_no_more_above():
    hazard = sloped().hazards["fire"]
    assert float(hazard.hazard(7.99, "day", "clear")) == 0.0
    assert float(hazard.hazard(4000.0, "day", "clear")) == float(hazard.hazard(400.0, "day", "clear"))


@given(height=st.floats(8, 400), light=LIGHT, weather=WEATHER, hidden=st.floats(0, 1))
def test_whoever_fits_with_the_features_evaluates_with_the_same(height, light, weather, hidden):
    hazard = sloped().hazards["fire"]
    by_features = logistic(hazard_features([height], light, weather, hidden) @ np.array(hazard.coef))
    np.testing.assert_allclose(hazard.hazard([height], light, weather, hidden), by_features)


@given(density=st.floats(50, 500), light=LIGHT)
def test_the_same_holds_for_plates(density, light):
    plate = fitted().plate
    np.testing.assert_allclose(
        plate.p_read([density], light), logistic(plate_features([density], light) @ np.array(plate.coef))
    )


@given(st.floats(-1e6, 1e6))
def test_the_logistic_stays_a_probability(linear):
    assert 0.0 <= float(logistic(linear)) <= 1.0


def test_a_model_comes_back_as_it_went(tmp_path):
    save_fitted(sloped(), tmp_path / "model.json")
    assert load_fitted(tmp_path / "model.json") == sloped()


def test_an_unknown_light_is_refused():
    with pytest.raises(ValueError, match="day, dusk, night"):
        sloped().hazards["fire"].hazard(50.0, "noon", "clear")


def test_all_faults_of_a_file_at_once(tmp_path):
    content = fitted_dict()
    content["hazards"]["fire"] = dict(content["hazards"]["fire"], coef=[1.0, 2.0])
    content["plate"]["px_per_m"] = {"low": 500.0, "high": 50.0}
    content["weights_sha256"] = "abc"
    del content["false_alarms"]["person_lying"]["night"]
    (tmp_path / "model.json").write_text(json.dumps(content))
    with pytest.raises(InputError) as told:
        load_fitted(tmp_path / "model.json")
    text = str(told.value)
    assert len(told.value.faults) == 4
    assert all(
        words in text for words in ("fire.coef", "low 500 must be less", "weights_sha256", "wanted day, dusk, night")
    )


@pytest.mark.parametrize(("text", "words"), [(None, "twin vision calibrate"), ("{,}", "not JSON"), ("[]", "the file")])
def test_a_file_that_is_none(tmp_path, text, words):
    path = tmp_path / "model.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=words):
        load_fitted(path)


def test_a_model_fitted_to_other_weights_is_refused():
    check_weights(fitted(), "0" * 64)
    with pytest.raises(InputError, match="twin vision calibrate"):
        check_weights(fitted(), "f" * 64)
