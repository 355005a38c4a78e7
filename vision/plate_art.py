"""What a plate looks like: 520 x 110 mm, white, black characters, the region in a field at the left, flag and UZ right.

The characters are DejaVu Sans Bold, narrowed towards the proportions of DIN 1451 plates; the font comes with
matplotlib, so nothing has to be installed for it. Proportions follow the general look of current Uzbek plates, and
are ours; no real plate was measured.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import MissingPart
from vision.plate_text import spaced

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH_MM: Final = 520
HEIGHT_MM: Final = 110
_PX_PER_MM: Final = 2  # of the master drawing that is then scaled
_NARROW: Final = 0.80  # glyph width against the font's own
_CELL_MM: Final = 46.0  # pitch of characters in the number
_GAP_MM: Final = 22.0  # extra between groups
_CAP_MM: Final = 76.0  # height of the number's characters
_REGION_MM: Final = (12.0, 98.0)  # left and right edge of the region field
_NUMBER_MM: Final = (106.0, 448.0)  # field of the number
_INK: Final = (18, 18, 20)
_PAPER: Final = (246, 246, 242)
_FLAG: Final = (  # colour of each stripe and its height in mm
    ((0, 153, 181), 8.0), ((206, 17, 38), 1.5), ((255, 255, 255), 8.0), ((206, 17, 38), 1.5), ((30, 181, 58), 8.0),
)  # fmt: skip


def draw_plate(text: str, height_px: int = 48) -> NDArray[np.uint8]:
    """Return the picture of a plate.

    Args:
        text: compact plate text such as ``"00A123BC"``; blanks are put in.
        height_px: height of the picture; its width is ``height_px * 520 / 110``, rounded.

    Returns:
        (height_px, width_px, 3) uint8, RGB.
    """
    from PIL.Image import Resampling

    size = (round(height_px * WIDTH_MM / HEIGHT_MM), height_px)
    return np.asarray(_master(text).resize(size, Resampling.LANCZOS, reducing_gap=2.0), dtype=np.uint8)


@lru_cache(maxsize=256)
def _master(text: str) -> Image:
    try:
        from PIL import Image, ImageDraw
    except ImportError as missing:
        raise MissingPart("pillow", "drawing number plates", "footage") from missing
    image = Image.new("RGB", (WIDTH_MM * _PX_PER_MM, HEIGHT_MM * _PX_PER_MM), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(_px(2, 2, WIDTH_MM - 3, HEIGHT_MM - 3), radius=16, outline=_INK, width=5)
    draw.line(_px(_REGION_MM[1] + 4, 4, _REGION_MM[1] + 4, HEIGHT_MM - 5), fill=_INK, width=5)
    region, *groups = spaced(text).split(" ")
    _write_row(image, [region], _REGION_MM, 62.0)
    _write_row(image, groups, _NUMBER_MM, _CAP_MM)
    _draw_mark(image)
    return image


def _write_row(image: Image, groups: list[str], field_mm: tuple[float, float], cap_mm: float) -> None:
    """Write groups of characters, centred in a field, each character in the middle of its cell."""
    cell = _CELL_MM * cap_mm / _CAP_MM
    width = cell * sum(map(len, groups)) + _GAP_MM * (len(groups) - 1)
    squeeze = min(1.0, (field_mm[1] - field_mm[0]) / width)
    x_mm = (field_mm[0] + field_mm[1]) / 2 - width * squeeze / 2
    for group in groups:
        for char in group:
            _stamp(image, char, (x_mm + cell * squeeze / 2, HEIGHT_MM / 2), cap_mm, cell * squeeze * 0.90)
            x_mm += cell * squeeze
        x_mm += _GAP_MM * squeeze


def _stamp(image: Image, char: str, middle_mm: tuple[float, float], cap_mm: float, most_mm: float) -> None:
    mask = _scaled_glyph(char, round(cap_mm * _PX_PER_MM), round(most_mm * _PX_PER_MM))
    left = round(middle_mm[0] * _PX_PER_MM - mask.width / 2)
    top = round(middle_mm[1] * _PX_PER_MM - mask.height / 2)
    image.paste(_INK, (left, top, left + mask.width, top + mask.height), mask)


@lru_cache(maxsize=512)
def _scaled_glyph(char: str, height: int, most: int) -> Image:
    glyph = _glyph(char)
    width = min(round(glyph.width * height / glyph.height * _NARROW), most)
    return glyph.resize((max(width, 1), height))


@lru_cache(maxsize=64)
def _glyph(char: str) -> Image:
    """Return a character's ink as a mask, cut to its own box (J and Q keep their tails)."""
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans-Bold.ttf", 220)
    left, top, right, bottom = font.getbbox(char)
    mask = Image.new("L", (round(right - left), round(bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), char, font=font, fill=255)
    return mask


def _draw_mark(image: Image) -> None:
    """Draw the flag's stripes and the letters UZ at the right end."""
    left, top, width = 458.0, 26.0, 46.0
    for colour, high_mm in _FLAG:
        image.paste(colour, _px(left, top, left + width, top + high_mm))
        top += high_mm
    for char, x_mm in (("U", 470.0), ("Z", 493.0)):
        _stamp(image, char, (x_mm, 74.0), 24.0, 19.0)


def _px(*mm: float) -> tuple[int, int, int, int]:
    a, b, c, d = (round(v * _PX_PER_MM) for v in mm)
    return a, b, c, d
