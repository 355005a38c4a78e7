"""Variety for training frames without changing their shape: scale, place, and quilts of four frames in one.

A square mosaic costs 1.8 times the arithmetic of the frames' own shape; a quilt keeps the shape, and keeps objects
at their size, so that small ones are not lost. Objects that come out smaller than the label rule are not asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.dataset import NETWORK_PX, LabelRule

_GREY: Final = (114, 114, 114)
_KEPT_SHARE: Final = 0.3  # of an object's box that must stay inside


@dataclass(frozen=True)
class Labelled:
    """A picture and its objects.

    Attributes:
        image: (h, w, 3) uint8.
        cls: (n,) uint8.
        box: (n, 4) float32, pixels ``x1 y1 x2 y2``.
        visible: (n,) float32, share of the object that can be seen.
    """

    image: NDArray[np.uint8]
    cls: NDArray[np.uint8]
    box: NDArray[np.float32]
    visible: NDArray[np.float32]


def placed(
    source: Labelled, size_px: tuple[int, int], scale: float, shift_px: tuple[float, float], rule: LabelRule
) -> Labelled:
    """Return the source scaled and shifted into a picture of that size (width, height), with the objects that count.

    Objects keep their visible share times the share of their box that stays inside.
    """
    import cv2

    matrix = np.array([[scale, 0, shift_px[0]], [0, scale, shift_px[1]]])
    image = source.image
    if scale < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), 0.35 / scale)  # against aliasing; the network's own input is averaged
    image = cv2.warpAffine(image, matrix, size_px, flags=cv2.INTER_LINEAR, borderValue=_GREY)
    whole = source.box * scale + np.tile(shift_px, 2)
    box = np.clip(whole, 0, np.tile(size_px, 2))
    inside = _area(box) / np.maximum(_area(whole), 1e-6)
    visible = (source.visible * inside).astype(np.float32)
    counts = rule.counts_boxes(source.cls, box, visible, rule.network_width_px) & (inside >= _KEPT_SHARE)
    return Labelled(image, source.cls[counts], box[counts].astype(np.float32), visible[counts])


def varied(
    source: Labelled, rng: np.random.Generator, rule: LabelRule, size_px: tuple[int, int] = NETWORK_PX
) -> Labelled:
    """Return a picture of that size filled from the source, maybe mirrored.

    The source comes at 0.7 to 1.5 times the size the network would see it at; where it is larger than the picture a
    window of it is taken, where it is smaller it stands on grey.
    """
    height, width = source.image.shape[:2]
    scale = rule.network_width_px / width * float(np.exp(rng.uniform(np.log(0.7), np.log(1.5))))
    spare = size_px[0] - width * scale, size_px[1] - height * scale
    shift = (float(spare[0] * rng.random()), float(spare[1] * rng.random()))
    result = placed(source, size_px, scale, shift, rule)
    return _mirrored(result) if rng.random() < 0.5 else result


def quilt(
    sources: list[Labelled], rng: np.random.Generator, rule: LabelRule, size_px: tuple[int, int] = NETWORK_PX
) -> Labelled:
    """Return four sources in the four quarters around a point near the middle."""
    width, height = size_px
    x, y = int(width * rng.uniform(0.3, 0.7)), int(height * rng.uniform(0.3, 0.7))
    image = np.empty((height, width, 3), dtype=np.uint8)
    parts = []
    for source, (x1, y1, x2, y2) in zip(
        sources, [(0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height)], strict=True
    ):
        part = varied(source, rng, rule, (x2 - x1, y2 - y1))
        image[y1:y2, x1:x2] = part.image
        parts.append((part, np.array([x1, y1, x1, y1], dtype=np.float32)))
    return Labelled(
        image,
        np.concatenate([part.cls for part, _ in parts]),
        np.concatenate([part.box + corner for part, corner in parts]),
        np.concatenate([part.visible for part, _ in parts]),
    )


def _mirrored(source: Labelled) -> Labelled:
    width = source.image.shape[1]
    box = source.box.copy()
    box[:, [0, 2]] = width - box[:, [2, 0]]
    return Labelled(np.ascontiguousarray(source.image[:, ::-1]), source.cls, box, source.visible)


def _area(box: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.maximum(box[:, 2] - box[:, 0], 0) * np.maximum(box[:, 3] - box[:, 1], 0)
