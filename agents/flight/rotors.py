"""What a rotor gives and takes: thrust, induced flow, ground effect, power at the shaft.

Momentum theory with Glauert's forward flight, blade element theory's straight line of thrust against inflow, and the
ground effect of Cheeseman and Bennett (ARC R&M 3021, 1955) with forward speed. Speeds of the air are those that the
rotor feels: ``axial`` along its axis from above (climbing is positive), ``across`` in its plane.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

from numba import njit

GROUND_NEAREST: Final = 0.5
"""Heights of a rotor below this many radii count as this many: the formula is not meant to hold nearer."""
PROFILE_ADVANCE: Final = 4.65
"""Growth of profile power with the square of the advance ratio (Leishman, Principles of Helicopter Aerodynamics)."""


@njit(cache=True)
def induced_ms(thrust_n: float, across_ms: float, axial_ms: float, before_ms: float, two_rho_a: float) -> float:
    """Return one step of Glauert's equation towards the induced speed, from the speed before it.

    The root of ``v = T / (2 rho A sqrt(across^2 + (axial + v)^2))`` is where the step stands still.
    """
    through = axial_ms + before_ms
    flow = sqrt(across_ms * across_ms + through * through)
    hover = sqrt(max(thrust_n, 0.0) / two_rho_a)
    return max(thrust_n, 0.0) / (two_rho_a * max(flow, 0.3 * hover + 1e-6))


@njit(cache=True)
def steady_induced_ms(thrust_n: float, across_ms: float, axial_ms: float, two_rho_a: float) -> float:
    """Return the induced speed that solves Glauert's equation, by steps half way to each next one."""
    v = sqrt(max(thrust_n, 0.0) / two_rho_a)
    for _ in range(40):
        v = 0.5 * (v + induced_ms(thrust_n, across_ms, axial_ms, v, two_rho_a))
    return v


@njit(cache=True)
def ground_gain(height_m: float, radius_m: float, across_ms: float, induced: float) -> float:
    """Return thrust near the ground over thrust far from it, at one power setting.

    ``1 / (1 - (R / 4 z)^2 / (1 + (V / v_i)^2))``.
    """
    near = radius_m / (4.0 * max(height_m, GROUND_NEAREST * radius_m))
    speed = across_ms / max(induced, 0.1)
    return 1.0 / (1.0 - near * near / (1.0 + speed * speed))


@njit(cache=True)
def thrust_n(
    speed: float, through_ms: float, across_ms: float, radius_m: float, hover_inflow_m: float, thrust_ns2: float,
    inflow_ns2_m: float,
) -> float:  # fmt: skip
    """Return the thrust of one rotor, not below nil: blade element theory's ``a (1 + 1.5 mu^2) - b lambda``.

    Args:
        speed: of the rotor, rad/s.
        through_ms: flow through the disc, axial and induced.
        across_ms: flow in its plane; over the tip's speed it is the advance ratio mu.
        radius_m: of the rotor.
        hover_inflow_m: induced speed of hovering over rotor speed.
        thrust_ns2: coefficient of thrust at rest, at the air's density.
        inflow_ns2_m: coefficient of thrust lost to inflow, at the air's density.
    """
    advance = across_ms / max(speed * radius_m, 1.0)
    blades = (thrust_ns2 + inflow_ns2_m * hover_inflow_m) * speed * speed * (1.0 + 1.5 * advance * advance)
    return max(0.0, blades - inflow_ns2_m * speed * through_ms)


@njit(cache=True)
def shaft_power_w(
    thrust: float, speed: float, across_ms: float, axial_ms: float, induced: float,
    radius_m: float, induced_factor: float, profile_nms2: float,
) -> float:  # fmt: skip
    """Return the power at the shaft: induced, along the axis, and profile; a rotor gives nothing back."""
    advance = across_ms / max(speed * radius_m, 1.0)
    profile = profile_nms2 * speed * speed * speed * (1.0 + PROFILE_ADVANCE * advance * advance)
    return max(0.0, thrust * (induced_factor * induced + axial_ms) + profile)
