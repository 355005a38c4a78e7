"""Where things are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder: ``TASHKENT_TWIN_CACHE``, else one in the XDG cache folder, else in ``~/.cache``."""
    own = os.environ.get("TASHKENT_TWIN_CACHE")
    if own:
        return Path(own).expanduser()
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache") / "tashkent-twin"
