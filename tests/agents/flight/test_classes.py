"""Classes of drones as dated data."""

from __future__ import annotations

import pytest

from agents.flight.class_table import class_rows
from agents.flight.drone_class import CLASSES, class_names, drone_class
from twin.errors import InputError


def test_three_classes_ship_with_a_source_for_every_figure():
    assert class_names() == ["camera_quad", "dock_quad", "heavy_quad"]
    for name in class_names():
        assert drone_class(name).name == name
        assert all(source for source in sources(drone_class(name).model_dump()))


def sources(data):
    if isinstance(data, dict):
        for key, part in data.items():
            if key == "source":
                yield part
            else:
                yield from sources(part)


@pytest.mark.parametrize(("name", "minutes"), [("camera_quad", 28), ("dock_quad", 36)])
def test_hovering_empties_the_battery_in_about_the_time_the_maker_states(name, minutes):
    row = next(row for row in class_rows() if row["name"] == name)
    assert row["hover_min"] == pytest.approx(minutes, rel=0.06)


def test_a_class_of_ones_own_is_read_and_all_its_faults_are_told(tmp_path):
    text = (CLASSES / "dock_quad.yaml").read_text(encoding="utf-8")
    good = tmp_path / "mine.yaml"
    good.write_text(text.replace("name: dock_quad", "name: mine"), encoding="utf-8")
    assert drone_class(str(good)).name == "mine"
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        text.replace("mass_kg: {value: 3.77", "mass_kg: {value: -1").replace("cells: {value: 6", "sells: {value: 6"),
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        drone_class(str(bad))
    assert len(refused.value.faults) == 3  # mass, an unknown key, a missing one
    assert all(fault.line for fault in refused.value.faults)


def test_a_drone_too_heavy_for_its_rotors_is_refused(tmp_path):
    text = (CLASSES / "dock_quad.yaml").read_text(encoding="utf-8")
    heavy = tmp_path / "heavy.yaml"
    heavy.write_text(text.replace("mass_kg: {value: 3.77", "mass_kg: {value: 9.5"), encoding="utf-8")
    with pytest.raises(InputError, match=r"lift .* N at most"):
        drone_class(str(heavy))


def test_an_unknown_class_names_the_closest():
    with pytest.raises(InputError, match="did you mean 'dock_quad'"):
        drone_class("dock_qad")


def test_the_hash_follows_figures_and_not_words(tmp_path):
    """A better source leaves a fit valid; a changed figure makes it stale."""
    text = (CLASSES / "dock_quad.yaml").read_text(encoding="utf-8")
    words, figure = tmp_path / "words.yaml", tmp_path / "figure.yaml"
    words.write_text(text.replace("source: listed", "source: weighed"), encoding="utf-8")
    words.write_text(words.read_text().replace('"listed"', '"weighed here"'), encoding="utf-8")
    figure.write_text(text.replace("value: 3.77", "value: 3.78"), encoding="utf-8")
    whole = drone_class("dock_quad").content_hash
    assert drone_class(str(words)).content_hash == whole
    assert drone_class(str(figure)).content_hash != whole
