"""The graphics context without a window, its programs, and the block of light they share."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import MissingPart
from vision.render.light import Light
from vision.render.projection import FAR_M, NEAR_M, Lens

if TYPE_CHECKING:
    import moderngl

_FOLDER: Final = Path(__file__).parent
_PROGRAMS: Final = {
    "city": ("shade", "still"),
    "ground": ("shade", "still"),
    "sky": ("shade", "still"),
    "relit": ("shade",),
    "plate": ("shade",),
    "puff": ("shade",),
    "beam": (),
}
_SAMPLERS: Final = (  # by texture unit
    "still_shadow", "moving_shadow", "still_lamps", "lamp_map", "tiles", "plates", "noise",
    "still_light", "still_albedo", "still_depth",
)  # fmt: skip


def make_context() -> moderngl.Context:
    """Return a context over EGL.

    Raises:
        MissingPart: moderngl is not installed.
        OSError: no EGL context can be made here.
    """
    try:
        import moderngl
    except ImportError as missing:
        raise MissingPart("moderngl", "drawing footage", "footage") from missing
    _keep_triton_out()
    try:
        return moderngl.create_standalone_context(require=430, backend="egl")
    except Exception as refused:  # the library raises bare Exception
        raise OSError(f"no EGL context of OpenGL 4.3 can be made: {refused}") from refused


def _keep_triton_out() -> None:
    """Mesa brings an LLVM of its own; triton, imported after it, brings another, and the process crashes.

    Torch imports triton when an optimiser is made, and does without where it is not to be had. Imported before, it
    does no harm.
    """
    sys.modules.setdefault("triton", None)  # type: ignore[arg-type]


def make_programs(ctx: moderngl.Context) -> dict[str, Any]:
    """Return every program by name, and the depth programs of still and moving things."""
    light = f"const float NEAR_M = {NEAR_M}, FAR_M = {FAR_M};\n" + _source("light")
    shade = _source("shade")
    programs = {
        name: ctx.program(_text(f"{name}.vert", light), _text(f"{name}.frag", light + "".join(map(_source, parts))))
        for name, parts in _PROGRAMS.items()
    }
    paint = light + shade + _source("paint")
    for name, head in (("actor", paint), ("actor_far", "#define FAR\n" + paint)):
        programs[name] = ctx.program(_text("actor.vert", head), _text("actor.frag", head))
    programs["depth_city"] = ctx.program(_text("depth.vert", light), _text("depth.frag", ""))
    programs["depth_actor"] = ctx.program(_text("depth.vert", "#define INSTANCED\n" + light), _text("depth.frag", ""))
    for program in programs.values():
        if "Light" in program:
            program["Light"].binding = 0
        for unit, sampler in enumerate(_SAMPLERS):
            if sampler in program:
                program[sampler] = unit
    return programs


def _text(name: str, head: str) -> str:
    return "#version 430\n" + head + _source(name)


def _source(name: str) -> str:
    return (_FOLDER / f"{name}.glsl").read_text("utf-8")


def light_block(
    lens: Lens, light: Light, sun_clip: NDArray[np.float64], lamp_area: tuple[float, float, float], own_light: float
) -> bytes:
    """Return the bytes of the block ``Light`` in the order of light.glsl (std140)."""
    vectors = [
        (*lens.eye_m, light.windows),
        (*light.sun_way, light.lamps),
        (*light.sun, float(has_shadows(light))),
        (*light.above, light.snow),
        (*light.below, light.wet),
        (*light.zenith, light.exposure),
        (*light.horizon, light.haze_per_m),
        (*lamp_area, own_light),
        (*lens.axes[2], 0.0),
    ]
    matrices = [lens.clip_matrix.T, sun_clip.T]
    flat = [float(v) for m in matrices for v in m.ravel()] + [float(v) for vector in vectors for v in vector]
    return struct.pack(f"{len(flat)}f", *flat)


def has_shadows(light: Light) -> bool:
    """Return whether the sun is strong enough to throw shadows."""
    return max(light.sun) > 0.04


def sun_matrix(way: tuple[float, float, float], middle_m: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    """Return the (4, 4) matrix from metres to the shadow map: parallel light, a square round ``middle_m``."""
    towards = np.array(way)
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= max(float(np.linalg.norm(right)), 1e-6)
    axes = np.stack([right, np.cross(towards, right), -towards])
    depth_m = 250.0
    matrix = np.eye(4)
    matrix[:3, :3] = axes / np.array([[radius_m], [radius_m], [depth_m]])
    matrix[:3, 3] = -matrix[:3, :3] @ middle_m
    return matrix
