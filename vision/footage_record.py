"""What is kept of a run's footage: clips with boxes, key frames, and the recogniser's score against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sensors.cameras import Camera
from twin.runfolder import RunFolder, write_whole
from vision.clip import annotated, write_clip, write_key_frame
from vision.detections import Detections
from vision.frame import Frame
from vision.rules import FiredAlarm
from vision.scoring.matching import Scored
from vision.scoring.score import score

SCORE_NOTE: Final = (
    "Scored on what the tracker kept (score 0.1 and up), so the curve ends earlier than a detector's own would. "
    "Objects that the label rule does not ask for (hidden by more than three quarters, under 8 px high at the "
    "network's input) are neither hits nor misses."
)


class FootageRecord:
    """Collects windows while a run goes on; clips are written at once, scores at the end."""

    def __init__(self, run: RunFolder, weights_sha256: str) -> None:
        self._run, self._weights = run, weights_sha256
        self._clips: list[dict[str, Any]] = []
        self._scored: list[Scored] = []

    def add(
        self,
        camera: Camera,
        frames: Sequence[Frame],
        found: Sequence[Detections],
        fired: Sequence[FiredAlarm],
        fps: int,
        quiet: bool,
        incident_id: int | None,
        visual: str,
    ) -> None:
        """Keep one window: its clip, its key frames and its answers beside the truth.

        Args:
            camera: who looked.
            frames: its pictures with their truth, in order, at least one.
            found: what was recognised in each.
            fired: the alarms they raised.
            fps: frames a second.
            quiet: nothing was scripted in it.
            incident_id: the incident it shows.
            visual: what was scripted.
        """
        name = f"{camera.id}-{'quiet-' if quiet else ''}{max(frames[0].t_ms, 0) // 1000:05d}s"
        pictures = [annotated(f.image, d) for f, d in zip(frames, found, strict=True)]
        write_whole(self._run.clips / f"{name}.mp4", lambda part: _as_mp4(part, pictures, fps))
        self._scored += [
            Scored(f.truth, d, camera.width_px, f.sky.light, f.sky.weather) for f, d in zip(frames, found, strict=True)
        ]  # fmt: skip
        self._clips.append(
            {
                "camera_id": camera.id,
                "incident_id": incident_id,
                "visual": visual,
                "t0_ms": frames[0].t_ms,
                "t1_ms": frames[-1].t_ms,
                "mp4": f"{name}.mp4",
                "key_frames": [] if quiet else self._key_frames(name, frames, found, fired),
                "dark_frames": sum(frame.blind for frame in frames),
                "detections": sum(len(d) for d in found),
                "alarms": [{"t_ms": alarm.t_ms, "rule": alarm.rule.name} for alarm in fired],
                "quiet": quiet,
            }
        )

    def write(self) -> None:
        """Write ``clips.json`` and ``recognition.json``."""
        self._run.write_json(self._run.clips / "clips.json", {"clips": self._clips})
        report = _as_report(score(self._scored), self._weights)
        self._run.write_json(self._run.recognition, report | {"dark_frames": self._dark_frames()})

    def _dark_frames(self) -> dict[str, int]:
        """Return the frames taken inside a building, by camera; cameras without any are left out."""
        dark: Counter[str] = Counter()
        for clip in self._clips:
            dark[clip["camera_id"]] += clip["dark_frames"]
        return dict(sorted((+dark).items()))

    def _key_frames(
        self, name: str, frames: Sequence[Frame], found: Sequence[Detections], fired: Sequence[FiredAlarm]
    ) -> list[dict[str, Any]]:
        """Before it begins, when it is there, when each alarm fires, and at the end."""
        shows = [i for i, f in enumerate(frames) if (f.truth.incident_id >= 0).any()]
        chosen = {0: "before"}
        if shows:
            chosen[shows[0]] = "it begins"
        chosen[len(frames) - 1] = "end of the window"
        for alarm in reversed(fired):
            chosen[alarm.frame] = f"alarm: {alarm.rule.name.replace('_', ' ')}"
        rows = []
        for i in sorted(chosen):
            file = f"{name}-{i:03d}.jpg"
            write_key_frame(self._run.clips / file, frames[i].image, found[i])
            rows.append({"t_ms": frames[i].t_ms, "file": file, "caption": chosen[i]})
        return rows


def _as_mp4(part: Any, pictures: Sequence[Any], fps: int) -> None:
    """Write under a name that says MP4, since the writer goes by it, then put it in the part's place."""
    named = part.with_suffix(".mp4")
    write_clip(named, pictures, fps)
    named.replace(part)


def _as_report(scores: dict[str, Any], weights_sha256: str) -> dict[str, Any]:
    return {
        "weights_sha256": weights_sha256,
        "frames": scores["frames"],
        "map50": scores["map50"],
        "classes": {name: {"ap50": scores["ap50"][name], **counts} for name, counts in scores["asked"].items()},
        "absent": scores["absent"],
        "recall_by_height": [
            {"from_px": row["from_px"], "to_px": row["to_px"], "truth": row["n"], "recall": row["recall"]}
            for row in scores["recall_by_height"]
        ],
        "plates": [
            {
                "from_px_per_m": row["from_px_m"],
                "to_px_per_m": row["to_px_m"],
                "light": row["light"],
                "truth": row["n"],
                "read": round((row["read"] or 0.0) * row["n"]),
            }
            for row in scores["plates_by_density"]
        ],
        "false_per_frame": scores["false_per_frame"],
        "note": SCORE_NOTE,
    }
