"""What a camera can be hung on, which cameras can be bought, and what both cost: dated data, or a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from sensors.cameras import CAMERA_KINDS
from twin.checked_yaml import FaultsAt, Strict, read_checked
from twin.errors import unknown_name

OPTIONS_FILE: Final = Path(__file__).parent / "data" / "candidate_options.yaml"
MOUNTS: Final = ("lamp_post", "pole", "crossing", "facade", "gate")


class MountOption(Strict):
    """One family of mounts.

    Attributes:
        price: of hanging one camera there, mounting, power and network together.
        heights_m: of the lens above the ground.
        turns_deg: headings, clockwise from the way the mount faces.
        every_m: spacing of new poles along a street, or of facade mounts along the walls of a building.
        least_storeys: of buildings whose walls are used.
        kinds: of places that count as gates.
        source: where the figures are from.
    """

    price: float = Field(ge=0)
    heights_m: list[float] = Field(min_length=1)
    turns_deg: list[float] = Field(min_length=1)
    every_m: float = Field(default=50.0, ge=5)
    least_storeys: int = Field(default=1, ge=1)
    kinds: list[str] = Field(default_factory=list)
    source: str = Field(min_length=3)

    @field_validator("heights_m")
    @classmethod
    def _hangs(cls, heights_m: list[float]) -> list[float]:
        if any(not 2.0 <= height_m <= 100.0 for height_m in heights_m):
            raise ValueError(f"a camera hangs 2 to 100 m above the ground, found {heights_m}")
        return heights_m


class CameraOption(Strict):
    """One camera that can be bought.

    Attributes:
        kind: one of ``sensors.cameras.CAMERA_KINDS``.
        price: of the camera alone.
        hfov_deg, resolution_px, range_m, ir: as in :class:`sensors.cameras.Camera`.
        mounts: families it may hang on; [] for all.
        turns_deg: headings in place of the mount's own; None for those.
        source: where the figures are from.
    """

    kind: str
    price: float = Field(ge=0)
    hfov_deg: float = Field(gt=0, lt=180)
    resolution_px: tuple[int, int]
    range_m: float = Field(gt=0, le=20_000)
    ir: bool = False
    mounts: list[str] = Field(default_factory=list)
    turns_deg: list[float] | None = None
    source: str = Field(min_length=3)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in CAMERA_KINDS or kind == "drone":
            raise ValueError(unknown_name("camera kind", kind, [name for name in CAMERA_KINDS if name != "drone"]))
        return kind


class CandidateOptions(Strict):
    """The whole file."""

    schema_version: Literal[1]
    as_of: str
    currency: str = Field(min_length=1, max_length=8)
    source: str = Field(min_length=3)
    mounts: Mapping[str, MountOption] = Field(min_length=1)
    cameras: Mapping[str, CameraOption] = Field(min_length=1)

    @model_validator(mode="after")
    def _names(self) -> CandidateOptions:
        faults: list[tuple[tuple[str | int, ...], str]] = [
            (("mounts", name), unknown_name("family of mounts", name, MOUNTS))
            for name in self.mounts
            if name not in MOUNTS
        ]
        for name, camera in self.cameras.items():
            missing = [mount for mount in camera.mounts if mount not in self.mounts]
            faults += [
                (("cameras", name, "mounts"), unknown_name("family of mounts", mount, list(self.mounts)))
                for mount in missing
            ]
        if faults:
            raise FaultsAt(faults)
        return self

    def goes_on(self, camera: str, mount: str) -> bool:
        """Return whether a camera may hang on a family of mounts."""
        allowed = self.cameras[camera].mounts
        return not allowed or mount in allowed

    @property
    def cheapest(self) -> float:
        """The price of the cheapest camera on the cheapest mount it may hang on."""
        return min(
            self.cameras[camera].price + option.price
            for camera in self.cameras
            for mount, option in self.mounts.items()
            if self.goes_on(camera, mount)
        )


@cache
def load_options(path: Path = OPTIONS_FILE) -> CandidateOptions:
    """Read mounts, cameras and prices, by default those that ship.

    Raises:
        InputError: missing or wrong; all faults, by line.
    """
    return read_checked(path, CandidateOptions, f"read the options and prices {path.name}")
