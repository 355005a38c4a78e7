"""What surfaces are made of, and the colours Tashkent's cars and people wear."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Slot(IntEnum):
    """A surface; the first four take their colour from the actor, the others from :data:`FIXED`."""

    PAINT = 0
    SECOND = 1
    THIRD = 2
    FOURTH = 3
    GLASS = 4
    RUBBER = 5
    METAL = 6
    DARK = 7
    HEADLIGHT = 8
    TAILLIGHT = 9
    FLASH_A = 10
    FLASH_B = 11
    SKIN_SHADE = 12
    WHITE = 13
    RED = 14
    YELLOW = 15
    BLUE = 16
    GREEN = 17


FIXED: Final[dict[Slot, tuple[int, int, int]]] = {
    Slot.GLASS: (38, 46, 54),
    Slot.RUBBER: (24, 24, 26),
    Slot.METAL: (150, 152, 156),
    Slot.DARK: (34, 35, 38),
    Slot.HEADLIGHT: (150, 160, 172),
    Slot.TAILLIGHT: (150, 14, 14),
    Slot.FLASH_A: (200, 20, 24),
    Slot.FLASH_B: (20, 50, 210),
    Slot.SKIN_SHADE: (60, 42, 34),
    Slot.WHITE: (236, 238, 240),
    Slot.RED: (196, 22, 28),
    Slot.YELLOW: (240, 190, 20),
    Slot.BLUE: (26, 78, 168),
    Slot.GREEN: (20, 130, 90),
}

# Mostly white, then silver, grey, black: the field's own words on Tashkent's cars; the weights are our estimate.
CAR_COLOURS: Final = np.array(
    [(240, 241, 243)] * 11
    + [(186, 190, 195)] * 3
    + [(120, 124, 130)] * 2
    + [(28, 29, 32)] * 3
    + [(150, 28, 30), (30, 58, 120), (62, 84, 70), (176, 160, 132), (70, 46, 40), (52, 70, 86), (96, 30, 36)],
    np.uint8,
)
BUS_COLOURS: Final = np.array([(46, 150, 84), (240, 240, 240), (38, 120, 190), (70, 170, 90)], np.uint8)
TRUCK_COLOURS: Final = np.array(
    [(238, 239, 240), (40, 90, 170), (205, 90, 30), (240, 240, 240), (60, 110, 80), (170, 40, 36)], np.uint8
)
CARGO_COLOURS: Final = np.array(
    [(226, 226, 222), (214, 218, 224), (110, 120, 96), (240, 200, 60), (120, 60, 50), (70, 90, 130)], np.uint8
)
BIKE_COLOURS: Final = np.array(
    [(180, 24, 24), (30, 30, 34), (30, 70, 150), (225, 225, 228), (230, 150, 30), (40, 130, 80)], np.uint8
)
TOPS: Final = np.array(
    [
        (236, 236, 236), (226, 222, 210), (30, 32, 38), (44, 46, 52), (150, 30, 36), (32, 70, 140), (86, 120, 70),
        (208, 170, 60), (110, 112, 118), (150, 152, 156), (190, 92, 120), (58, 44, 84), (120, 170, 200),
        (200, 110, 50), (60, 60, 64), (96, 74, 56), (140, 120, 92), (30, 90, 96), (196, 60, 60), (70, 84, 110),
    ],
    np.uint8,
)  # fmt: skip
BOTTOMS: Final = np.array(
    [
        (34, 40, 58), (28, 28, 30), (90, 88, 84), (150, 136, 110), (60, 70, 96), (44, 36, 32), (74, 90, 124),
        (120, 118, 116), (58, 62, 50), (200, 194, 182),
    ],
    np.uint8,
)  # fmt: skip
SKINS: Final = np.array([(214, 172, 140), (196, 150, 116), (168, 122, 92), (226, 188, 160)], np.uint8)
HAIRS: Final = np.array([(26, 22, 20), (36, 28, 24), (60, 44, 34), (150, 148, 146)], np.uint8)
SCARVES: Final = np.array(
    [(26, 22, 20), (36, 28, 24), (180, 40, 60), (236, 232, 224), (60, 90, 130), (150, 130, 100), (90, 60, 100)],
    np.uint8,
)


def palette() -> NDArray[np.float32]:
    """Return (slots, 3) float32 colours in [0, 1] of the fixed slots; rows of the actor's own slots are white."""
    colours = np.ones((len(Slot), 3), np.float32)
    for slot, rgb in FIXED.items():
        colours[slot] = np.array(rgb, np.float32) / 255
    return colours
