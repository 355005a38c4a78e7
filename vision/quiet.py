"""Ultralytics without the network: no downloads, no telemetry, no self-installing packages, settings of its own.

Import it through :func:`ultralytics`, never directly: its settings are read from the environment at first import.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Final

from twin.errors import MissingPart

_ENVIRONMENT: Final = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    "ULTRALYTICS_SAFE_LOAD": "true",  # a file of weights must not be able to run code
    "NO_ALBUMENTATIONS_UPDATE": "1",
}
_OUTWARD: Final = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb", "vscode_msg")


def ultralytics() -> ModuleType:
    """Return the library, set up so that it stays offline; the user's own settings of it are not touched.

    Raises:
        MissingPart: it is not installed.
    """
    os.environ.update(_ENVIRONMENT)
    os.environ["YOLO_CONFIG_DIR"] = str(_config_folder())
    threads = _torch_threads()
    try:
        import ultralytics as library
    except ImportError as missing:
        raise MissingPart("ultralytics", "recognising objects in footage", "recognition") from missing
    from ultralytics.utils import SETTINGS

    _leave_pillow_alone()
    dict.update(SETTINGS, dict.fromkeys(_OUTWARD, False))  # in this process only: its own update would write a file
    _set_torch_threads(threads)
    return library


def _leave_pillow_alone() -> None:
    """Give Pillow its own ``open`` back: in the library's a picture that is none asks for another package."""
    from PIL import Image
    from ultralytics.utils import patches

    Image.open = patches._image_open


def _config_folder() -> Path:
    """Return a folder for the settings: in the user's cache, or a temporary one where that is not writable."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "tashkent-twin" / "ultralytics"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"tashkent-twin-ultralytics-{os.getuid()}"
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        folder = Path(tempfile.mkdtemp(prefix="tashkent-twin-ultralytics-"))
    return folder


def _torch_threads() -> int:
    """Return how many threads torch would use; importing ultralytics first would make it one."""
    try:
        import torch
    except ImportError as missing:
        raise MissingPart("torch", "recognising objects in footage", "recognition") from missing
    return int(torch.get_num_threads())


def _set_torch_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
