"""Plates: region 00, two patterns, one plate for a key for ever."""

import re

import numpy as np

from twin.plates import plate_of, plates_of

PRIVATE, FIRM = re.compile(r"00[A-Z]\d{3}[A-Z]{2}"), re.compile(r"00\d{3}[A-Z]{3}")


def test_every_plate_is_synthetic_and_of_one_of_two_patterns():
    plates = plates_of(np.arange(2000)).tolist()
    private = [plate for plate in plates if PRIVATE.fullmatch(plate)]
    firm = [plate for plate in plates if FIRM.fullmatch(plate)]
    assert len(private) + len(firm) == 2000
    assert 0.15 < len(firm) / 2000 < 0.25


def test_a_key_keeps_its_plate_and_keys_rarely_share_one():
    plates = plates_of(np.arange(2000))
    assert [plate_of(key) for key in (0, 7, 1999)] == plates[[0, 7, 1999]].tolist()
    assert len(set(plates.tolist())) >= 1999


def test_no_keys_no_plates():
    assert plates_of(np.zeros(0, np.int64)).shape == (0,)
