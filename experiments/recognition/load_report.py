"""The verdict on a recogniser under load: the most cameras carried at a latency and shares of what it finds alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, Final

from experiments.recognition.load_score import Found
from experiments.recognition.thresholds import Verdict

KEPT: Final = ("recall", "hota", "plates_read")
"""What must be kept of what the recogniser reaches without load, on the same frames."""
NAMES: Final = {"recall": "recall", "hota": "HOTA", "plates_read": "plates read"}


@dataclass(frozen=True)
class Level:
    """One number of streams as it was measured.

    Attributes:
        streams: how many.
        offered, lost: frames.
        worst_lost_share: of the stream that lost most.
        p50_s, p95_s, p99_s: frame to result of frames not lost; NaN where all were.
        under_load: scores over all frames offered.
        alone: scores on the same frames, each loop alone on the recogniser, in its own time.
        service_s: of each frame that was not lost.
    """

    streams: int
    offered: int
    lost: int
    worst_lost_share: float
    p50_s: float
    p95_s: float
    p99_s: float
    under_load: Found
    alone: Found
    service_s: tuple[float, ...]

    @property
    def lost_share(self) -> float:
        """Of the frames offered."""
        return self.lost / self.offered

    @property
    def recall(self) -> float:
        """Over all frames offered; NaN where nothing was asked for."""
        return self.under_load.recall

    @property
    def plates_read(self) -> float:
        """Over all frames offered; NaN where there was no plate."""
        return self.under_load.plates_read

    def kept(self, name: str) -> float:
        """Return a score as a share of the same one without load; NaN where that is nothing."""
        with_load, alone = getattr(self.under_load, name), getattr(self.alone, name)
        return with_load / alone if alone else nan


@dataclass(frozen=True)
class Limits:
    """What a level must keep to be carried.

    Attributes:
        latency_s: 95 of 100 results are there after it.
        kept: least share of each of ``KEPT``; what is not in it, or nothing could be found of, is not judged. A
            recogniser that finds no object at all is carried nowhere.
    """

    latency_s: float
    kept: Mapping[str, float]

    def verdicts(self, level: Level) -> list[Verdict]:
        """Return the verdict on latency and on each score of a level."""
        cameras = f"{level.streams} camera{'s' if level.streams > 1 else ''}"
        in_time = level.p95_s <= self.latency_s  # never where all frames were lost
        late = "no frame came through" if isnan(level.p95_s) else f"95 % of results within {level.p95_s:.3f} s"
        told = [Verdict(f"{cameras}: latency", _plain(level.p95_s), in_time,
                        f"{cameras}: {late}; {self.latency_s:g} s was asked for")]  # fmt: skip
        for name, least in self.kept.items():
            share = level.kept(name)
            if name == "recall" and level.alone.recall == 0:
                blind = (
                    f"none of {level.alone.objects:,} objects is found even without load; other --weights would work"
                )
                told.append(Verdict(f"{cameras}: recall kept", 0.0, False, f"{cameras}: {blind}"))
            if isnan(share):
                continue
            told.append(Verdict(f"{cameras}: {NAMES[name]} kept", share, share >= least,
                                f"{cameras}: {share:.1%} of the {NAMES[name]} without load is kept over all frames "
                                f"offered; {least:.0%} was asked for"))  # fmt: skip
        return told


def carried(levels: Sequence[Level], limits: Limits) -> int:
    """Return the most streams up to which every level measured keeps the limits; 0 if the first does not."""
    most = 0
    for level in levels:
        if not all(one.ok for one in limits.verdicts(level)):
            break
        most = level.streams
    return most


def level_rows(levels: Sequence[Level], limits: Limits) -> list[dict[str, Any]]:
    """Return the levels as plain numbers for JSON."""
    rows = []
    for level in levels:
        row: dict[str, Any] = {
            "streams": level.streams, "offered": level.offered, "lost": level.lost, "lost_share": level.lost_share,
            "worst_lost_share": level.worst_lost_share,
        }  # fmt: skip
        row |= {name: _plain(getattr(level, name)) for name in ("p50_s", "p95_s", "p99_s")}
        for name in KEPT:
            row |= {
                name: _plain(getattr(level.under_load, name)), f"{name}_alone": _plain(getattr(level.alone, name)),
                f"{name}_kept": _plain(level.kept(name)),
            }  # fmt: skip
        row |= {"idf1": level.under_load.tracks.scores()["idf1"], "mota": level.under_load.tracks.scores()["mota"]}
        rows.append(row | {"ok": all(one.ok for one in limits.verdicts(level))})
    return rows


def load_verdicts(levels: Sequence[Level], limits: Limits, need: int) -> list[Verdict]:
    """Return the one verdict, and before it those on each level up to what is needed."""
    most = carried(levels, limits)
    each = [one for level in levels if level.streams <= need for one in limits.verdicts(level)]
    cameras = f"{need} camera{'s' if need > 1 else ''}"
    told = f"this machine carries {most}; {cameras} were asked for" if need > 1 else f"this machine carries {most}"
    return [*each, Verdict(f"carries {cameras}", float(most), most >= need, told)]


def _plain(value: float) -> float | None:
    return None if isnan(value) else value
