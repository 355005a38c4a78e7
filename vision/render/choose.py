"""Which renderer to take."""

from __future__ import annotations

import warnings
from typing import Final

from twin.city import City
from twin.errors import InputError, MissingPart, unknown_name
from vision.frame import Renderer

SOURCES: Final = ("auto", "gl", "tiny")


def make_renderer(city: City, source: str = "auto") -> Renderer:
    """Return a renderer of a city.

    Args:
        city: what stands still in every frame.
        source: ``gl`` (OpenGL over EGL), ``tiny`` (PyBullet's TinyRenderer), or ``auto``: gl, and tiny with a warning
            where no EGL context can be made.

    Raises:
        InputError: there is no such source.
        MissingPart: the library it needs is not installed.
        OSError: ``gl`` was asked for and no EGL context can be made.
    """
    if source not in SOURCES:
        raise InputError(f"draw footage with the renderer {source!r}", unknown_name("renderer", source, SOURCES))
    if source == "tiny":
        return _tiny(city)
    try:
        from vision.render.gl import GlRenderer

        return GlRenderer(city)
    except (OSError, MissingPart) as refused:
        if source == "gl":
            raise
        warnings.warn(
            f"{refused}; footage is drawn by PyBullet's TinyRenderer instead, several times slower", stacklevel=2
        )
        return _tiny(city)


def _tiny(city: City) -> Renderer:
    from vision.render.tiny import TinyRenderer

    return TinyRenderer(city)
