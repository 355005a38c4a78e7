"""Reading plates: a small convolutional net with six places to fill, for the two 8-character patterns.

The region code 00 is the same on every plate of the twin and is put in front; the net says which character stands in
each of the six other places, and the text is the better of the two patterns.

fast-plate-ocr was considered: its trained weights are fetched from a hub when it runs, its training needs Keras, and
no Uzbek pattern is among them. A net of this size is trained here in minutes, from nothing, on our own drawing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, MissingPart
from vision.plate_text import DIGITS, LETTERS, PATTERNS, REGION

if TYPE_CHECKING:
    from torch import nn

ALPHABET: Final = DIGITS + LETTERS
PLACES: Final = 6
INPUT_PX: Final = (32, 160)  # height, width of what the net sees
SHIPPED: Final = Path(__file__).parent / "weights" / "plate_reader.pt"
_FORM: Final = "tashkent-twin plate reader 1"
_BATCH: Final = 64
_ROOM: Final = (0.12, 0.35)  # around a plate's box, as shares of its width and height


@dataclass(frozen=True)
class PlateReader:
    """A trained reader.

    Attributes:
        net: the network, in evaluation mode.
        sha256: of the weights' file.
    """

    net: nn.Module
    sha256: str

    @classmethod
    def load(cls, weights: Path | None = None) -> PlateReader:
        """Load weights; those shipped with the project when none are named.

        Raises:
            InputError: no such file, or not the weights of a plate reader.
            MissingPart: torch is not installed.
        """
        path = weights or SHIPPED
        state = _read_state(path)
        net = make_net()
        net.load_state_dict({name: value.float() for name, value in state.items()})
        return cls(net.eval(), hashlib.sha256(path.read_bytes()).hexdigest())

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[list[str], NDArray[np.float32]]:
        """Read plates from loose crops.

        Args:
            crops: (h, w, 3) uint8 RGB pictures, of any size, each with one plate and a little around it.

        Returns:
            A compact text for each crop, and (n,) float32 scores: the least confidence among its characters.
        """
        import torch

        texts: list[str] = []
        scores: list[float] = []
        for start in range(0, len(crops), _BATCH):
            batch = np.stack([prepare(crop) for crop in crops[start : start + _BATCH]])
            with torch.inference_mode():
                share = self.net(torch.from_numpy(batch)).softmax(-1).numpy()
            for places in share:
                text, score = decode(places)
                texts.append(text)
                scores.append(score)
        return texts, np.array(scores, dtype=np.float32)


_ALLOWED: Final = np.array(
    [[[(char in DIGITS) == (kind == "D") for char in ALPHABET] for kind in pattern] for pattern in PATTERNS]
)


def decode(share: NDArray[np.floating]) -> tuple[str, float]:
    """Return the likeliest text that keeps to a pattern, and the least of its characters' shares.

    Args:
        share: (6, 36) probability of each character in each place.
    """
    fitting = np.where(_ALLOWED, share[None], 0.0)  # pattern, place, character
    best = fitting.max(axis=2)
    pattern = int(np.log(best + 1e-9).sum(axis=1).argmax())
    text = "".join(ALPHABET[int(k)] for k in fitting[pattern].argmax(axis=1))
    return REGION + text, float(best[pattern].min())


def prepare(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a crop as the net sees it: (1, 32, 160) float32, grey, mean 0, standard deviation 1."""
    import cv2

    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) if crop.ndim == 3 else crop
    how = cv2.INTER_AREA if grey.shape[1] > 1.5 * INPUT_PX[1] else cv2.INTER_LINEAR
    small = cv2.resize(grey, (INPUT_PX[1], INPUT_PX[0]), interpolation=how).astype(np.float32)
    return ((small - small.mean()) / (small.std() + 4.0))[None]


def plate_crop(image: NDArray[np.uint8], box: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the picture of a plate's box and some room around it, since boxes are found at a coarse scale."""
    size = box[2:] - box[:2]
    room = size * _ROOM
    x1, y1 = np.maximum(np.floor(box[:2] - room), 0).astype(int)
    x2, y2 = np.ceil(box[2:] + room).astype(int)
    return np.ascontiguousarray(image[y1:y2, x1:x2])


def make_net() -> nn.Module:
    """Return the untrained network: (n, 1, 32, 160) float32 to (n, 6, 36) logits; about 0.3 million weights.

    Each place looks along the plate with its own attention, so the crop may be loose and the plate anywhere in it.

    Raises:
        MissingPart: torch is not installed.
    """
    try:
        import torch
        from torch import nn
    except ImportError as missing:
        raise MissingPart("torch", "reading number plates", "recognition") from missing

    def block(into: int, out: int, stride: int | tuple[int, int]) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(True))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(
                block(1, 16, (2, 2)), block(16, 32, 1), block(32, 48, (2, 2)), block(48, 64, 1),
                block(64, 96, (2, 1)), block(96, 96, 1),
            )  # fmt: skip
            self.column = nn.Sequential(
                nn.Conv2d(96, 128, (4, 1), bias=False), nn.BatchNorm2d(128), nn.ReLU(True), nn.Flatten(2)
            )
            self.along = nn.Sequential(nn.Conv1d(128, 128, 9, padding=4, groups=4), nn.ReLU(True))
            self.where = nn.Parameter(torch.from_numpy(_first_guess()))
            self.look = nn.Conv1d(128, PLACES, 9, padding=4)
            self.name = nn.Linear(256, len(ALPHABET))

        def forward(self, picture: Any) -> Any:
            columns = self.column(self.body(picture))
            wide = self.along(columns)
            attention = (self.look(wide) + self.where).softmax(-1)
            seen = torch.einsum("npw,ncw->npc", attention, torch.cat([columns, wide], 1))
            return self.name(seen)

    return Net()


def _first_guess() -> NDArray[np.float32]:
    """Return (6, 40) where each place begins to look: at its character on a plate that fills most of the crop."""
    columns = (np.arange(INPUT_PX[1] // 4) + 0.5) / (INPUT_PX[1] // 4)
    middles = 0.12 + 0.76 * (0.20 + 0.66 * (np.arange(PLACES) + 0.5) / PLACES)
    return (-(((columns[None] - middles[:, None]) / 0.08) ** 2)).astype(np.float32)


def save_state(net: nn.Module, path: Path) -> None:
    """Write the weights in half precision."""
    import torch

    state = {name: value.half() if value.is_floating_point() else value for name, value in net.state_dict().items()}
    torch.save({"form": _FORM, "state": state}, path)


def _read_state(path: Path) -> dict[str, Any]:
    try:
        import torch
    except ImportError as missing:
        raise MissingPart("torch", "reading number plates", "recognition") from missing
    asked = f"read plate reader weights from {path}"
    if not path.is_file():
        raise InputError(asked, "no such file; give one that `twin vision train-plates` wrote, or none")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as fault:
        raise InputError(asked, f"not a file of weights ({type(fault).__name__})") from fault
    if not isinstance(content, dict) or content.get("form") != _FORM:
        raise InputError(asked, "weights of something else; a plate reader's are needed")
    state: dict[str, Any] = content["state"]
    return state
