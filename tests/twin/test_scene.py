"""Scenes are checked where they are made, and join without losing anybody."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from twin.scene import DETECTOR_CLASSES, Look, empty_scene, join_scenes


def test_classes_stand_in_the_detectors_order():
    assert [look.name.lower() for look in Look] == list(DETECTOR_CLASSES)


def test_nobody_is_an_ordinary_scene():
    assert len(empty_scene(5)) == 0
    assert join_scenes(5, [empty_scene(1), empty_scene(2)]).t_ms == 5


def test_a_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"xyz_m must have shape \(0, 3\)"):
        dataclasses.replace(empty_scene(0), xyz_m=np.zeros((1, 3)))
