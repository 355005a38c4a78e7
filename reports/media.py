"""Footage taken into the page: key frames and clips as data URIs, within a budget, or a sentence where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reports.pictures import data_uri
from reports.record import Record
from reports.words import clock, plural, starts_at, told

BUDGET_BYTES = 40_000_000
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4"}


@dataclass(frozen=True)
class Shown:
    """One clip as the page shows it.

    Attributes:
        title, facts: what it is.
        video: data URI of the MP4, or "".
        frames: (data URI, time of day, caption) of each key frame.
        missing: sentences on what could not be shown.
    """

    title: str
    facts: str
    video: str
    frames: list[tuple[str, str, str]]
    missing: list[str] = field(default_factory=list)


class Media:
    """Takes files from ``clips/`` while the budget lasts."""

    def __init__(self, record: Record, budget_bytes: int = BUDGET_BYTES) -> None:
        self._folder = record.folder.clips
        self._start = starts_at(record.info)
        self._left = budget_bytes

    def shown(self, clip: dict[str, Any]) -> Shown:
        """Return a clip with everything of it that can be embedded."""
        missing: list[str] = []
        frames = [
            (uri, clock(self._start, frame.get("t_ms", 0)), str(frame.get("caption", "")))
            for frame in clip.get("key_frames", [])
            if (uri := self._taken(frame.get("file", ""), missing))
        ]
        video = self._taken(clip.get("mp4", ""), missing)
        return Shown(_title(clip), self._facts(clip), video, frames, missing)

    def _taken(self, name: str, missing: list[str]) -> str:
        path = self._folder / name
        media_type = TYPES.get(path.suffix.lower())
        if not name or media_type is None or path.parent != self._folder:
            return ""
        try:
            content = path.read_bytes()
        except OSError:
            missing.append(f"clips/{name} is not in the folder.")
            return ""
        if len(content) > self._left:
            missing.append(f"clips/{name} is too large to put into this page; it lies in the run's folder.")
            return ""
        self._left -= len(content)
        return data_uri(content, media_type)

    def _facts(self, clip: dict[str, Any]) -> str:
        begins, ends = (clock(self._start, clip.get(key, 0)) for key in ("t0_ms", "t1_ms"))
        rules = [told(alarm.get("rule", "")) for alarm in clip.get("alarms", [])]
        raised = f"alarm: {', '.join(rules)}" if rules else "no alarm"
        return f"{begins} to {ends}, {plural(int(clip.get('detections', 0)), 'detection')}, {raised}"


def _title(clip: dict[str, Any]) -> str:
    what = "nothing scripted" if clip.get("quiet") else told(clip.get("visual", "footage"))
    return f"{clip.get('camera_id', 'camera')}: {what}"


def quiet_sentence(clips: list[dict[str, Any]]) -> str:
    """Say how many windows without anything scripted were watched, and what was found in them; "" for none."""
    if not clips:
        return ""
    found = sum(int(clip.get("detections") or 0) for clip in clips)
    alarms = sum(len(clip.get("alarms") or []) for clip in clips)
    windows = plural(len(clips), "quiet window")
    return f"{windows} with nothing scripted in view: {plural(found, 'detection')}, {plural(alarms, 'alarm')}."
