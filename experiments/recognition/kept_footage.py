"""Rendered views kept on disk, so that other weights can be fitted to the same footage at a third of the time.

Pictures are kept without loss, one file a view, in a folder named by a hash over all that they follow from: the city's
generator, its everyday life, what is staged, the renderer. A change to any of it leaves the old pictures unused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin.errors import InputError
from twin.runfolder import write_whole
from twin.sky import Sky
from vision.frame import Frame, Truth

MADE_OF: Final = (
    "agents/actors.py", "agents/ambient", "agents/staging.py", "agents/staging_spots.py", "experiments/footage",
    "experiments/recognition/encounter_views.py", "experiments/recognition/training_views.py", "twin/city",
    "twin/plates.py", "twin/scene.py", "twin/sky.py", "vision/frame.py", "vision/render",
)  # fmt: skip


@dataclass(frozen=True)
class KeptFootage:
    """A folder of rendered views.

    Attributes:
        folder: made when first written to.
    """

    folder: Path

    @classmethod
    def under(cls, folder: Path) -> KeptFootage:
        """Return the footage of the program as it is now, under a folder that may hold others' too."""
        return cls(folder / sources_hash())

    def file(self, view: str) -> Path:
        """Return where a view is kept."""
        return self.folder / f"{view.replace(' ', '_')}.npz"

    def read(self, view: str, sky: Sky) -> list[list[Frame]] | None:
        """Return the frames of each stretch of a view, or None where it is not there.

        Raises:
            InputError: the file is damaged.
        """
        path = self.file(view)
        if not path.is_file():
            return None
        try:
            with np.load(path) as held:
                return _frames(dict(held), sky)
        except (OSError, ValueError, KeyError) as fault:
            raise InputError(
                "read kept footage", f"{type(fault).__name__}: remove the file, and render again", path
            ) from None

    def write(self, view: str, stretches: Sequence[Sequence[Frame]]) -> None:
        """Keep a view, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = _arrays(stretches)
        write_whole(self.file(view), lambda part: _save(part, held))


def _save(path: Path, held: dict[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez(file, **held)


def _arrays(stretches: Sequence[Sequence[Frame]]) -> dict[str, Any]:
    import cv2

    frames = [frame for stretch in stretches for frame in stretch]
    quick = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    pictures = [cv2.imencode(".png", frame.image[:, :, ::-1], quick)[1].ravel() for frame in frames]
    truth = {
        field.name: np.concatenate([getattr(frame.truth, field.name) for frame in frames]) for field in fields(Truth)
    }
    return {
        "stretch": np.array([len(stretch) for stretch in stretches]),
        "t_ms": np.array([frame.t_ms for frame in frames]),
        "camera": np.array(frames[0].camera_id),
        "size": np.array([len(picture) for picture in pictures]),
        "pictures": np.concatenate(pictures),
        "rows": np.array([len(frame.truth) for frame in frames]),
    } | {f"truth_{name}": rows for name, rows in truth.items()}


def _frames(held: dict[str, Any], sky: Sky) -> list[list[Frame]]:
    import cv2

    byte, row = (np.concatenate([[0], np.cumsum(held[name])]) for name in ("size", "rows"))
    frames = []
    for nth, t_ms in enumerate(held["t_ms"].tolist()):
        image = cv2.imdecode(held["pictures"][byte[nth] : byte[nth + 1]], cv2.IMREAD_COLOR)
        part = slice(int(row[nth]), int(row[nth + 1]))
        truth = Truth(**{field.name: held[f"truth_{field.name}"][part] for field in fields(Truth)})
        frames.append(Frame(str(held["camera"]), t_ms, np.ascontiguousarray(image[:, :, ::-1]), truth, sky))
    ends = np.cumsum(held["stretch"]).tolist()
    return [frames[end - count : end] for end, count in zip(ends, held["stretch"].tolist(), strict=True)]


@cache
def sources_hash() -> str:
    """Return a hash over all sources and data that a view's pictures follow from."""
    home, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for name in MADE_OF:
        path = home / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
