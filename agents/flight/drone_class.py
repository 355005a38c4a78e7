"""Classes of quadrotor as dated data: every figure with its source, or «assumed»."""

from __future__ import annotations

import hashlib
import math
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from twin.checked_yaml import Strict, read_checked
from twin.errors import InputError, unknown_name

CLASSES: Final = Path(__file__).parent / "data"
DEFAULT_CLASS: Final = "dock_quad"
FLIGHT_VERSION: Final = 1
"""Grows with every change of exact flight that moves its figures: what was fitted before is stale then."""
GRAVITY_MS2: Final = 9.80665
SEA_LEVEL_KG_M3: Final = 1.225
"""Density of the standard atmosphere at sea level, 15 degrees C; coefficients of rotors are meant at it."""

T = TypeVar("T")


class Sourced(Strict, Generic[T]):
    """A figure and where it is from."""

    value: T
    source: str = Field(min_length=3)


Positive = Sourced[Annotated[float, Field(gt=0)]]
Share = Sourced[Annotated[float, Field(gt=0, le=1)]]
Amount = Sourced[Annotated[float, Field(ge=0)]]


class Frame(Strict):
    """Mass without payload, arm from the middle to a rotor's axis, moments of inertia about forward, left and up."""

    mass_kg: Positive
    arm_m: Positive
    body_height_m: Positive
    inertia_kgm2: Sourced[tuple[float, float, float]]
    payload_max_kg: Amount


class Rotor(Strict):
    """One of the four rotors and its motor.

    Attributes:
        thrust_coefficient: propeller convention, thrust over density, turns a second squared and diameter to the 4th.
        zero_thrust_pitches: advance for one turn at which thrust is nil, in geometric pitches.
        figure_of_merit: ideal power of hovering over power at the shaft.
        motor_efficiency: power at the shaft over power drawn, controller included.
        induced_factor: real over ideal induced power.
    """

    radius_m: Positive
    pitch_m: Positive
    thrust_coefficient: Positive
    zero_thrust_pitches: Positive
    max_speed_rad_s: Positive
    min_speed_rad_s: Positive
    motor_lag_s: Positive
    induced_factor: Positive
    figure_of_merit: Share
    motor_efficiency: Share


class Drag(Strict):
    """Drag of the rotors, N for each rad/s of one rotor and m/s across it; of the body, coefficient times area."""

    rotor_ns2_m: Amount
    body_area_m2: Positive
    top_area_m2: Positive


class Battery(Strict):
    """The pack; ``reserve`` and ``critical`` are shares of its charge."""

    cells: Sourced[Annotated[int, Field(ge=1)]]
    capacity_ah: Positive
    energy_wh: Positive
    resistance_ohm: Positive
    reserve: Share
    critical: Share


class Power(Strict):
    """What is drawn whether it flies or not."""

    avionics_w: Amount
    camera_w: Amount


class Limits(Strict):
    """How it may be flown; ``speed_ms`` is through the air."""

    speed_ms: Positive
    climb_ms: Positive
    descent_ms: Positive
    landing_ms: Positive
    accel_ms2: Positive
    tilt_deg: Positive
    wind_ms: Positive
    temperature_c: Sourced[tuple[float, float]]
    height_m: Positive


class Sensors(Strict):
    """Standard deviations: ``white`` in each reading, ``drift`` slow (Gauss-Markov), for each axis."""

    gnss_white_m: Positive
    gnss_drift_m: Amount
    gnss_drift_s: Positive
    gnss_speed_ms: Positive
    baro_white_m: Positive
    baro_drift_m: Amount
    accel_white_ms2: Amount
    accel_bias_ms2: Amount
    gyro_white_rad_s: Amount
    tilt_error_deg: Amount
    tilt_error_s: Positive


class CameraFigures(Strict):
    """The camera on its levelled mount."""

    hfov_deg: Positive


class Parachute(Strict):
    """Rate of descent under it at sea level, and time from failure to open canopy."""

    descent_ms: Positive
    opens_s: Positive


class DroneClass(Strict):
    """A class of quadrotor: four rotors at the corners of a square, opposite ones turning the same way."""

    schema_version: Literal[1]
    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    as_of: str
    source: str = Field(min_length=3)
    frame: Frame
    rotor: Rotor
    drag: Drag
    battery: Battery
    power: Power
    limits: Limits
    sensors: Sensors
    camera: CameraFigures
    parachute: Parachute | None

    @model_validator(mode="after")
    def _flies(self) -> DroneClass:
        lift = 4 * self.thrust_ns2 * self.rotor.max_speed_rad_s.value**2
        heaviest = (self.frame.mass_kg.value + self.frame.payload_max_kg.value) * GRAVITY_MS2
        if lift < 1.3 * heaviest:
            raise ValueError(f"four rotors lift {lift:.1f} N at most; 1.3 times its heaviest, {heaviest:.1f} N, wanted")
        if self.battery.critical.value >= self.battery.reserve.value:
            raise ValueError("battery.critical must be less than battery.reserve")
        low, high = self.limits.temperature_c.value
        if low >= high:
            raise ValueError(f"limits.temperature_c runs from {low} to {high}; the lower one first")
        return self

    @property
    def disc_m2(self) -> float:
        """Area of one rotor's disc."""
        return math.pi * self.rotor.radius_m.value**2

    @property
    def thrust_ns2(self) -> float:
        """Thrust of one rotor at rest in sea-level air, over the square of its speed in rad/s."""
        turns = self.rotor.thrust_coefficient.value * (2 * self.rotor.radius_m.value) ** 4
        return SEA_LEVEL_KG_M3 * turns / (2 * math.pi) ** 2

    @property
    def hover_inflow_m(self) -> float:
        """Induced speed of a rotor at rest over its speed in rad/s: the momentum theory's root of T / (2 rho A)."""
        return math.sqrt(self.thrust_ns2 / (2 * SEA_LEVEL_KG_M3 * self.disc_m2))

    @property
    def inflow_ns2_m(self) -> float:
        """Thrust lost for each m/s of flow through the disc above that of hovering, and each rad/s.

        The straight line of blade element theory, through nil thrust at ``zero_thrust_pitches``.
        """
        free_m = self.rotor.zero_thrust_pitches.value * self.rotor.pitch_m.value / (2 * math.pi)
        return self.thrust_ns2 / (free_m - self.hover_inflow_m)

    @property
    def torque_nms2(self) -> float:
        """Torque of a hovering rotor over the square of its speed: follows from the figure of merit."""
        return self.thrust_ns2 * self.hover_inflow_m / self.rotor.figure_of_merit.value

    @property
    def profile_nms2(self) -> float:
        """The part of the torque that turns the blades through the air, without the induced part."""
        return self.torque_nms2 - self.rotor.induced_factor.value * self.thrust_ns2 * self.hover_inflow_m

    @property
    def content_hash(self) -> str:
        """SHA-256 of all its figures, without their sources, and of the version of exact flight."""
        return hashlib.sha256(repr((FLIGHT_VERSION, _values(self.model_dump()))).encode()).hexdigest()


def _values(data: object) -> object:
    """Return the figures alone, so that a better word about a source does not make a fit stale."""
    if isinstance(data, dict):
        if set(data) == {"value", "source"}:
            return data["value"]
        return {key: _values(part) for key, part in data.items() if key not in ("source", "as_of")}
    return data


def class_names() -> list[str]:
    """Return the names of the classes that ship, in order of the alphabet."""
    return sorted(path.stem for path in CLASSES.glob("*.yaml"))


@cache
def drone_class(name: str) -> DroneClass:
    """Return a class by its name, or by the path of a YAML file of one's own.

    Raises:
        InputError: no such class, or faults in its file, all at once.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else CLASSES / f"{name}.yaml"
    if path.parent == CLASSES and name not in class_names():
        raise InputError("find the drone", unknown_name("drone class", name, class_names()))
    return read_checked(path, DroneClass, f"read the drone class {name}")


def air_density_kg_m3(temperature_c: float, elevation_m: float) -> float:
    """Return the density of dry air: pressure of the standard atmosphere at the elevation, temperature as given."""
    pressure_pa = 101_325.0 * (1 - 2.25577e-5 * elevation_m) ** 5.25588
    return pressure_pa / (287.053 * (temperature_c + 273.15))
