"""Where and how an actor is led on CARLA's stage, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from twin.scene import Look, Scene
from vision.carla.bodies import Size
from vision.carla.place import Origin, standing, transform, yaw_deg
from vision.render.cast import Lamp

LYING_M: Final = 0.19
"""Height of the middle of a person who lies: half the width of CARLA's capsule."""


@dataclass(frozen=True, slots=True)
class Led:
    """One actor at one moment.

    Attributes:
        there: CARLA's x, y, z: of the feet of one who walks, of the model's own origin else.
        bearing_deg, pitch_deg, roll_deg: in our sense.
        walks: whether it goes by CARLA's own gait, at ``speed_ms``; else it is set in its place.
        speed_ms: metres a second.
    """

    there: tuple[float, float, float]
    bearing_deg: float
    pitch_deg: float
    roll_deg: float
    walks: bool
    speed_ms: float

    def transform(self, carla: Any) -> Any:
        """Return the place as ``carla.Transform``."""
        return transform(carla, self.there, self.bearing_deg, self.pitch_deg, self.roll_deg)

    def as_row(self) -> dict[str, object]:
        """Return the numbers of the transform by CARLA's names."""
        x, y, z = (round(value, 3) for value in self.there)
        yaw, pitch, roll = (round(a, 2) + 0.0 for a in (yaw_deg(self.bearing_deg), self.pitch_deg, -self.roll_deg))
        row: dict[str, object] = {"x": x, "y": y, "z": z, "pitch": pitch, "yaw": yaw, "roll": roll}
        return row | {"speed_ms": round(self.speed_ms, 2), "walks": self.walks}


def led(scene: Scene, row: int, size_m: Size, origin: Origin) -> Led:
    """Return how one actor is led.

    Args:
        scene: the actors.
        row: which.
        size_m: length, width and height of the model that plays it.
        origin: CARLA's zero in the city.
    """
    look, bearing_deg = Look(scene.look[row]), float(scene.bearing_deg[row])
    x_m, y_m, z_m = scene.xyz_m[row].tolist()
    speed_ms = float(abs(scene.speed_ms[row]))
    if look == Look.PERSON:
        return Led(origin.there(x_m, y_m, z_m), bearing_deg, 0.0, 0.0, True, speed_ms)
    if look == Look.PERSON_LYING:
        return Led(origin.there(x_m, y_m, z_m + LYING_M), bearing_deg, 90.0, 0.0, False, 0.0)
    roll_deg = float(scene.roll_deg[row])
    there = standing(origin, (x_m, y_m, z_m), bearing_deg, roll_deg, size_m)
    return Led(there, bearing_deg, 0.0, roll_deg, False, speed_ms)


def light_state(carla: Any, lamps: Lamp) -> int:
    """Return lamps that burn as the bits of ``carla.VehicleLightState``; blue lights flash by themselves there."""
    state = carla.VehicleLightState
    pairs = (
        (Lamp.HEAD, state.LowBeam), (Lamp.HEAD | Lamp.TAIL, state.Position), (Lamp.BRAKE, state.Brake),
        (Lamp.FLASH_A | Lamp.FLASH_B, state.Special1),
    )  # fmt: skip
    bits = 0
    for lamp, light in pairs:
        if lamps & lamp:
            bits |= int(light)
    return bits
