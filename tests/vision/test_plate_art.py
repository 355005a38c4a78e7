"""Plates: the text belongs to the vehicle, the picture belongs to the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.plates import plate_of, plates_of
from vision.plate_text import is_plate, spaced

pytest.importorskip("PIL", reason="drawing plates needs pillow")
from vision.plate_art import HEIGHT_MM, WIDTH_MM, draw_plate


@given(st.integers(-(2**62), 2**62))
def test_every_vehicle_has_one_valid_plate_that_never_changes(key: int) -> None:
    assert is_plate(plate_of(key))
    assert plate_of(key) == plates_of([key])[0]


def test_plates_of_many_vehicles_hardly_ever_coincide() -> None:
    """20,000 vehicles share 17.6 million texts: about 8 pairs by chance (birthdays)."""
    plates = plates_of(np.arange(20_000))
    assert len(set(plates.tolist())) > 19_970


@pytest.mark.parametrize("text", ["01A123BC", "00A123B", "00a123bc", "00 A 123 BC", "00AB23BC", ""])
def test_texts_that_are_not_ours_are_told_apart(text: str) -> None:
    assert not is_plate(text)


def test_blanks_stand_where_the_plate_shows_them() -> None:
    assert spaced("00A123BC") == "00 A 123 BC"
    assert spaced("00123ABC") == "00 123 ABC"
    assert spaced("cafe") == "cafe"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 110))
def test_the_picture_has_the_shape_of_a_plate(key: int, height_px: int) -> None:
    picture = draw_plate(plate_of(key), height_px)
    assert picture.dtype == np.uint8
    assert picture.shape == (height_px, round(height_px * WIDTH_MM / HEIGHT_MM), 3)
    assert picture.max() > 200 > 120 > picture.min()


def test_one_different_character_changes_only_its_own_place() -> None:
    """Plates 00A123BC and 00A123BD differ in the last character, so in the right third of the picture alone."""
    one, other = draw_plate("00A123BC", 55).astype(int), draw_plate("00A123BD", 55).astype(int)
    changed = np.flatnonzero(np.abs(one - other).sum(axis=(0, 2)))
    assert changed.size > 5
    assert changed.min() > one.shape[1] * 0.70
    assert changed.max() < one.shape[1] * 0.88
