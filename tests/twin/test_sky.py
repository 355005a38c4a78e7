"""The sun over Tashkent (41.3 N, 69.2 E), against what almanacs say of solstices and equinoxes."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from twin.errors import InputError
from twin.sky import sky_at

TASHKENT = ZoneInfo("Asia/Tashkent")
LAT, LON = 41.3, 69.24


def at(month, day, hour, minute=0):
    return sky_at(datetime(2026, month, day, hour, minute, tzinfo=TASHKENT), LAT, LON, "clear")


def test_noon_heights_follow_from_latitude_and_tilt():
    """At solar noon (12:24 clock time less the equation of time) the sun stands at 90 - lat + declination."""
    assert max(at(6, 21, 12, m).sun_elevation_deg for m in range(60)) == pytest.approx(90 - LAT + 23.44, abs=0.05)
    assert max(at(12, 21, 12, m).sun_elevation_deg for m in range(60)) == pytest.approx(90 - LAT - 23.44, abs=0.05)


def test_the_sun_rises_in_the_east_at_an_equinox_and_is_south_at_noon():
    morning = min((at(3, 20, 6, m) for m in range(60)), key=lambda sky: abs(sky.sun_elevation_deg))
    assert morning.sun_azimuth_deg == pytest.approx(90, abs=1)
    noon = max((at(3, 20, 12, m) for m in range(60)), key=lambda sky: sky.sun_elevation_deg)
    assert noon.sun_azimuth_deg == pytest.approx(180, abs=1)


def test_a_november_evening_goes_from_dusk_to_night():
    """Sunset in Tashkent on 6 November is at about 17:10, civil dusk half an hour later."""
    assert [at(11, 6, 12).light, at(11, 6, 17, 10).light, at(11, 6, 18).light] == ["day", "dusk", "night"]


@pytest.mark.parametrize(
    ("when", "weather", "says"),
    [
        (datetime(2026, 1, 1), "clear", "no time zone"),
        (datetime(2026, 1, 1, tzinfo=TASHKENT), "rainy", "did you mean 'rain'"),
    ],
)
def test_wrong_questions_are_refused(when, weather, says):
    with pytest.raises(InputError, match=says):
        sky_at(when, LAT, LON, weather)
