"""Many cameras on one recogniser: frames offered when they are due, a bounded queue, and what became of each frame.

Arrivals are open-loop: a camera takes its next picture when that is due, however late the recogniser is. One
recogniser takes one frame at a time, the oldest that waits. A frame that finds all places of the queue taken drives
out the oldest frame waiting, so that what is looked at stays fresh; a frame driven out is lost, and counts as one in
which nothing was found.

The wall clock is read here and nowhere else, and only to measure: nothing simulated depends on it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DROP_RULE: Final = "a frame that finds the queue full drives out the oldest frame waiting"


class Due(NamedTuple):
    """A frame that a camera takes.

    Attributes:
        at_s: when, from the start.
        stream: whose.
        nth: its number within its stream.
    """

    at_s: float
    stream: int
    nth: int


@dataclass(frozen=True)
class Offered:
    """What became of the frames, in the order in which they were due; n of them.

    Attributes:
        at_s: (n,) when each was offered.
        begun_s: (n,) when the recogniser took it, NaN for a frame lost.
        done_s: (n,) when its result was there, NaN for a frame lost.
    """

    at_s: Floats
    begun_s: Floats
    done_s: Floats

    @property
    def lost(self) -> NDArray[np.bool_]:
        """(n,) which frames were driven out."""
        return np.isnan(self.done_s)

    @property
    def service_s(self) -> Floats:
        """(k,) how long the recogniser was at each frame that was not lost."""
        return (self.done_s - self.begun_s)[~self.lost]

    @property
    def result_s(self) -> Floats:
        """(k,) from frame to result, of frames that were not lost."""
        return (self.done_s - self.at_s)[~self.lost]


class Clock(Protocol):
    """Real time, or a test's."""

    def now_s(self) -> float:
        """Return the time."""
        ...

    def wait_until(self, at_s: float) -> None:
        """Come back at that time or later."""
        ...


class WallClock:
    """The machine's."""

    def now_s(self) -> float:
        """Return the time in seconds."""
        return time.perf_counter()

    def wait_until(self, at_s: float) -> None:
        """Sleep."""
        time.sleep(max(0.0, at_s - time.perf_counter()))


def frames_due(streams: int, fps: float, seconds: float, phases: Floats) -> list[Due]:
    """Return when each of several cameras takes its frames, in order.

    Args:
        streams: how many.
        fps: frames a second of each.
        seconds: for how long.
        phases: (streams,) share of a period after which each takes its first frame, in [0, 1).
    """
    each = round(seconds * fps)
    due = [Due((float(phases[stream]) + nth) / fps, stream, nth) for stream in range(streams) for nth in range(each)]
    return sorted(due)


def offer(due: Sequence[Due], work: Callable[[Due], None], places: int, clock: Clock | None = None) -> Offered:
    """Offer frames in real time to one worker and return what became of them.

    Args:
        due: in order of time.
        work: recognises one frame; takes as long as it takes.
        places: how many frames may wait, at least 1.
        clock: of whose time is spent; the machine's by default.
    """
    clock = clock or WallClock()
    begun, done = np.full(len(due), np.nan), np.full(len(due), np.nan)
    waiting: deque[int] = deque()
    start_s, coming = clock.now_s(), 0
    while coming < len(due) or waiting:
        free_s = clock.now_s() - start_s
        while coming < len(due) and due[coming].at_s < free_s:  # these came while it was at the last one
            waiting.append(coming)
            coming += 1
            if len(waiting) > places:
                waiting.popleft()
        if not waiting:
            clock.wait_until(start_s + due[coming].at_s)
            waiting.append(coming)
            coming += 1
        row = waiting.popleft()
        begun[row] = clock.now_s() - start_s
        work(due[row])
        done[row] = clock.now_s() - start_s
    return Offered(np.array([frame.at_s for frame in due]), begun, done)
