"""A region of three zones on a street, written as files."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "region.yaml": "version: 1\nname: three\ntitle: Three zones\nsource: made by hand\n",
    "zones.csv": (
        "id,x_m,y_m,residents,district,ambulance_per_h,fire_per_h\n"
        "west,516000,4570000,1000,Old,2.0,0.2\n"
        "middle,517000,4570000,3000,Old,6.0,0.3\n"
        "east,519000,4570000,500,New,1.0,\n"
    ),
    "times.csv": (
        "from,to,minutes,from_hour\n# at night\nwest,middle,2,0\nmiddle,west,2,0\nmiddle,east,4,0\neast,middle,3.5,0\n"
        "west,east,6,0\neast,west,5.5,0\n# from seven on\nwest,middle,4,7\nmiddle,west,4,7\nmiddle,east,8,7\n"
        "east,middle,7,7\nwest,east,12,7\n"
    ),
    "posts.csv": "zone,service,teams,kind\nmiddle,ambulance,2,\neast,ambulance,1,intensive\nwest,fire,1,engine\n",
    "hospitals.csv": "zone,name\nmiddle,Central\n",
}


def write_region(folder: Path, **changed: str) -> Path:
    """Write the region, some of its files changed; a name as ``zones_csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.replace(".", "_"), text), encoding="utf-8")
    return folder
