"""How many lanes of a street lead each way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray


def lanes_each_way(streets: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return lanes from u to v and lanes back for each street; 0 lanes back on a one-way street.

    Where the city does not know them, a one-way street has all its lanes ahead, and a two-way one half of them each
    way, of an odd number the greater part ahead; at least one each way.
    """
    lanes = np.maximum(1, streets["lanes"].to_numpy())
    oneway = streets["oneway"].to_numpy(dtype=bool)
    ahead, back = streets["lanes_forward"].to_numpy(), streets["lanes_backward"].to_numpy()
    ahead = np.where(ahead > 0, ahead, np.where(oneway, lanes, np.maximum(1, lanes - np.maximum(back, lanes // 2))))
    back = np.where(oneway, 0, np.where(back > 0, back, np.maximum(1, lanes - ahead)))
    return ahead.astype(np.int64), back.astype(np.int64)
