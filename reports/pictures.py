"""Pictures as data URIs, drawn without a screen and the same on every run."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

SERVICE_LOOK: Final = {
    "ambulance": ("#0a7f5a", "o"),
    "fire": ("#d1495b", "^"),
    "police": ("#1f5fa8", "s"),
    "security": ("#7b3fa0", "D"),
}
"""Colour (told apart by colour-blind readers too) and marker of each service."""

INK: Final = "#1d2733"
FAINT: Final = "#8a94a0"
STYLE: Final = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "tashkent-twin",
    "svg.fonttype": "path",
}


@contextmanager
def drawing(width_in: float, height_in: float) -> Iterator[Any]:
    """Yield a figure that belongs to no window and no global list, in the report's style."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def svg_uri(figure: Any) -> str:
    """Return a figure as an SVG data URI, without a date in it."""
    held = io.BytesIO()
    figure.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
    return data_uri(held.getvalue(), "image/svg+xml")


def png_uri(figure: Any, dpi: int = 100, colours: int = 255) -> str:
    """Return a figure as a PNG data URI with a palette, a third of the size of full colour."""
    from PIL import Image

    held, small = io.BytesIO(), io.BytesIO()
    figure.savefig(held, format="png", dpi=dpi, metadata={"Software": None})
    whole = Image.open(held).convert("RGB")
    # the palette covers the span of colours, not their frequency: a rare marker keeps its colour
    flat = whole.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    flat.save(small, "PNG", optimize=True)
    return data_uri(small.getvalue(), "image/png")


def data_uri(content: bytes, media_type: str) -> str:
    """Return bytes as a data URI."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
