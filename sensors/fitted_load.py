"""The cheap twin of a recogniser under load: how long frames wait, and how many are lost, by streams on one server.

Frames come at a camera's even pace, each camera with a phase of its own; one server takes them in order of arrival,
with measured service times; a bounded queue drives out its oldest frame where it is full. In Kendall's notation that is
nD/G/1/K, which has no closed form, so it is lived through once for each number of streams, in whole microseconds and
from a stream of draws of its own: the same on every machine.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from twin.errors import Fault, InputError
from twin.streams import stream

Ints = NDArray[np.int64]

FITTED_LOAD_FILE: Final = Path(__file__).parent / "data" / "fitted_load.json"
QUANTILES: Final = 101
FRAMES_LIVED: Final = 20_000
_WARM: Final = 0.1  # of the frames, before the queue is as it stays


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LoadLevel(_Frozen):
    """What was measured with so many streams, beside what the fitted model says of them.

    Attributes:
        streams: cameras on the one recogniser.
        offered: frames, lost ones included.
        lost_share: of the frames offered.
        result_p50_s, result_p95_s, result_p99_s: frame to result, of frames that were not lost.
        recall: of objects that are asked for, over ALL frames offered: in a lost one nothing is found.
        plates_read: share of fully visible plates read whole, over all frames offered; None where none was in view.
        fitted_lost_share, fitted_result_p95_s: by the model.
        used: whether its service times are part of the fit; the others are held out.
    """

    streams: int = Field(ge=1)
    offered: int = Field(ge=1)
    lost_share: float = Field(ge=0, le=1)
    result_p50_s: float = Field(ge=0)
    result_p95_s: float = Field(ge=0)
    result_p99_s: float = Field(ge=0)
    recall: float = Field(ge=0, le=1)
    plates_read: float | None = Field(default=None, ge=0, le=1)
    fitted_lost_share: float = Field(ge=0, le=1)
    fitted_result_p95_s: float = Field(ge=0)
    used: bool


class FittedLoad(_Frozen):
    """The whole file.

    Attributes:
        frames_per_s: of each camera.
        places: frames that may wait at a server.
        drop_rule: ``oldest``: a frame that finds the queue full drives out the oldest one waiting.
        service_ms: QUANTILES quantiles of the time one frame takes, from the least to the greatest.
        levels: what was measured.
        held_out_error: mean absolute difference of lost shares, model and measured, on levels it was not fitted on.
        machine: what it was measured on.
        fitted_on: what footage, how long, which seeds.
        weights_sha256: of the recogniser's weights file.
    """

    schema_version: Literal[1]
    frames_per_s: float = Field(gt=0)
    places: int = Field(ge=1)
    drop_rule: Literal["oldest"]
    service_ms: tuple[float, ...] = Field(min_length=QUANTILES, max_length=QUANTILES)
    levels: tuple[LoadLevel, ...]
    held_out_error: float = Field(ge=0, le=1)
    machine: str = Field(min_length=3)
    fitted_on: str = Field(min_length=3)
    weights_sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("service_ms")
    @classmethod
    def _rises(cls, service_ms: tuple[float, ...]) -> tuple[float, ...]:
        if service_ms[0] <= 0 or any(a > b for a, b in pairwise(service_ms)):
            raise ValueError("quantiles must be more than 0 and must not fall")
        return service_ms

    def at(self, streams: int) -> LoadCurve:
        """Return what so many streams meet at one server."""
        return _lived(self.service_ms, self.frames_per_s, self.places, streams)


@dataclass(frozen=True)
class LoadCurve:
    """What frames meet at one server that many streams share.

    Attributes:
        lost_share: of the frames offered.
        wait_ms: (QUANTILES,) quantiles of the time in the queue, of frames that are not lost.
        result_ms: (QUANTILES,) the same with the service.
    """

    lost_share: float
    wait_ms: Ints
    result_ms: Ints

    def wait_at(self, share: float) -> int:
        """Return the wait in ms at a share in [0, 1) of the frames that are not lost."""
        return int(self.wait_ms[int(share * (QUANTILES - 1))])

    def late_share(self, limit_ms: int) -> float:
        """Return the share of all frames offered that are lost, or whose result comes later than a limit."""
        in_time = float((self.result_ms <= limit_ms).mean())
        return 1.0 - (1.0 - self.lost_share) * in_time


def waits_us(arrive_us: Ints, service_us: Ints, places: int) -> Ints:
    """Return how long each frame waits for the one server, -1 for a frame that is lost.

    Args:
        arrive_us: (n,) ascending.
        service_us: (n,) of each frame, should it be taken.
        places: frames that may wait; one that finds them taken drives out the oldest.

    Worked by hand: service takes 10, one place. The frames at 0 and 1 are taken and wait; that at 2 drives out the one
    at 1, and begins at 10.

    >>> waits_us(np.array([0, 1, 2]), np.array([10, 10, 10]), 1).tolist()
    [0, -1, 8]
    """
    waits = np.full(len(arrive_us), -1, dtype=np.int64)
    arrive, service = arrive_us.tolist(), service_us.tolist()
    queue: deque[int] = deque()
    free_us = 0
    for row, at_us in enumerate(arrive):
        while queue and free_us <= at_us:
            free_us = _take(queue.popleft(), free_us, arrive, service, waits)
        queue.append(row)
        if free_us <= at_us:
            free_us = _take(queue.popleft(), free_us, arrive, service, waits)
        elif len(queue) > places:
            queue.popleft()
    while queue:
        free_us = _take(queue.popleft(), free_us, arrive, service, waits)
    return waits


def _take(row: int, free_us: int, arrive: list[int], service: list[int], waits: Ints) -> int:
    begin_us = max(free_us, arrive[row])
    waits[row] = begin_us - arrive[row]
    return begin_us + service[row]


@cache
def _lived(service_ms: tuple[float, ...], frames_per_s: float, places: int, streams: int) -> LoadCurve:
    rng, period_us = stream(0, "recogniser load", str(streams)), round(1_000_000 / frames_per_s)
    each = max(20, -(-FRAMES_LIVED // streams))
    phases = rng.integers(0, period_us, streams)
    arrive_us = np.sort((phases[:, None] + period_us * np.arange(each)[None, :]).ravel())
    shares = rng.random(len(arrive_us)) * (QUANTILES - 1)
    service_us = np.rint(1000 * np.interp(shares, np.arange(QUANTILES), service_ms)).astype(np.int64)
    waits = waits_us(arrive_us, service_us, places)
    settled = slice(int(_WARM * len(waits)), None)
    waits, service_us = waits[settled], service_us[settled]
    taken = waits >= 0
    return LoadCurve(
        float(1.0 - taken.mean()), _quantiles_ms(waits[taken]), _quantiles_ms((waits + service_us)[taken])
    )  # fmt: skip


def _quantiles_ms(times_us: Ints) -> Ints:
    ranks = np.arange(QUANTILES) * (len(times_us) - 1) // (QUANTILES - 1)
    return np.sort(times_us)[ranks] // 1000


def load_fitted_load(path: Path | None = None) -> FittedLoad:
    """Read a fitted load model, by default the one that ships with the project.

    Raises:
        InputError: missing, not JSON or with faults; all of them at once.
    """
    path = path or FITTED_LOAD_FILE
    asked = f"read the fitted load model {path.name}"
    try:
        return FittedLoad.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as fault:
        raise InputError(asked, [Fault(f"not JSON: {fault.msg} at column {fault.colno}", fault.lineno)], path) from None
    except (OSError, UnicodeDecodeError) as fault:
        why = getattr(fault, "strerror", None) or "not UTF-8 text"
        raise InputError(asked, f"{why}; `twin vision load --fit` makes it", path) from None
    except ValidationError as refused:
        faults = [Fault(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}") for e in refused.errors()]
        raise InputError(asked, faults, path) from None


def save_fitted_load(model: FittedLoad, path: Path) -> None:
    """Write a fitted load model as JSON with sorted keys, so that equal models are equal files."""
    path.write_text(json.dumps(model.model_dump(mode="json"), indent=1, sort_keys=True) + "\n", encoding="utf-8")
