"""The fitted model's file: evaluated by hand, refused when wrong, tied to its weights."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from sensors.fitted import FittedModel, check_weights, load_fitted, save_fitted
from sensors.fitted_fits import REFERENCE_DENSITY_PX_M, REFERENCE_HEIGHT_PX, PositionFit, features_of
from sensors.frailty import FRAILTY_WEIGHT, FRAILTY_Z, frailty_of, logistic, mean_over, p_within
from tests.sensors.made import fitted, fitted_dict
from twin.errors import InputError

LIGHT = st.sampled_from(["day", "dusk", "night"])
WEATHER = st.sampled_from(["clear", "rain", "fog", "snow", "dust"])


def sloped():
    """Return a model whose hazard rises by one logit for each doubling of the pixel height."""
    content = fitted_dict()
    for hazard in content["hazards"].values():
        hazard["coef"] = [-2.0, 1.0, 0.0, -0.5, -1.0, -0.25, -0.3, -0.35, -0.4, -2.0]
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
    size = np.log2([height / REFERENCE_HEIGHT_PX])
    by_features = logistic(features_of(size, light, weather, hidden) @ np.array(hazard.coef))
    np.testing.assert_allclose(hazard.hazard([height], light, weather, hidden), by_features)


@given(density=st.floats(50, 500), light=LIGHT, weather=WEATHER, hidden=st.floats(0, 1), facing=st.booleans())
def test_the_same_holds_for_plates(density, light, weather, hidden, facing):
    plate = fitted().plate
    size = np.log2([density / REFERENCE_DENSITY_PX_M])
    by_features = logistic(features_of(size, light, weather, hidden, facing) @ np.array(plate.coef))
    np.testing.assert_allclose(plate.p_read([density], light, weather, hidden, facing), by_features)


def test_the_random_effect_is_standard_normal():
    """Weights add to 1 exactly; mean 0, variance 1, and the chance of a probit-like step at 1 is that of the tables."""
    assert FRAILTY_WEIGHT.sum() == 1.0
    assert float(mean_over(FRAILTY_Z)) == pytest.approx(0.0, abs=1e-12)
    assert float(mean_over(FRAILTY_Z**2)) == pytest.approx(1.0, abs=2e-3)
    drawn = np.array([frailty_of(3, 1, i) for i in range(4000)])
    assert drawn.mean() == pytest.approx(0.0, abs=0.06)
    assert drawn.std() == pytest.approx(1.0, abs=0.04)


@settings(max_examples=40, deadline=None)
@given(linear=st.floats(-9, 9), sd=st.floats(0, 8), trials=st.integers(0, 60))
def test_the_chance_over_all_effects_is_that_of_an_integral(linear, sd, trials):
    """Against scipy's adaptive quadrature of the same integral, to 5 in 1,000, however wide the effect."""

    def missed(z):
        return (1.0 - float(logistic(linear + sd * z))) ** trials * stats.norm.pdf(z)

    expected = 1.0 - integrate.quad(missed, -8, 8, limit=200, points=[0.0])[0]
    assert float(p_within(linear, sd, trials)) == pytest.approx(expected, abs=5e-3)


def test_longer_looks_and_more_of_the_time_find_more():
    hazard = sloped().hazards["fire"]
    found = [float(hazard.p_alarm(40.0, "day", "clear", s)) for s in (0, 1, 10, 100)]
    assert found[0] == 0.0
    assert found == sorted(found)
    whole, half = (float(hazard.p_alarm(40.0, "day", "clear", 20, time_share=share)) for share in (1.0, 0.5))
    assert 0 < half < whole


def test_densities_count_in_pictures_of_the_models_width():
    assert fitted().density([100.0, 80.0], [3840, 1920]).tolist() == [50.0, 80.0]


def test_the_place_of_an_alarm_by_hand():
    """Median 2 m at 100 px/m, a doubling of the density halves it; one standard deviation out is e^0.5 times as far."""
    place = PositionFit(log_median_m=math.log(2.0), slope=-math.log(2.0), log_sd=0.5)
    assert place.off_m([100.0, 200.0]).tolist() == pytest.approx([2.0, 1.0])
    assert float(place.off_m(100.0, 1.0)) == pytest.approx(2.0 * math.exp(0.5))
    assert float(place.off_m(0.0, 9.0)) == pytest.approx(50.0)


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
    content["quiet"]["person_lying"]["noon"] = content["quiet"]["person_lying"]["day"]
    (tmp_path / "model.json").write_text(json.dumps(content))
    with pytest.raises(InputError) as told:
        load_fitted(tmp_path / "model.json")
    text = str(told.value)
    assert len(told.value.faults) == 4
    assert all(words in text for words in ("fire.coef", "low 500 must be less", "weights_sha256", "noon is no light"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema_version": 1}', "calibrate` makes it again"),
        (None, "twin vision calibrate"),
        ("{,}", "not JSON"),
        ("[]", "the file"),
    ],
)
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
