"""What a real camera does to a picture: one record of its faults, each of which can be set apart from the others."""

from vision.render.faults.levels import FAULTS, LEVELS, Faults, dropped, faults_of, frame_stream

__all__ = ["FAULTS", "LEVELS", "Faults", "dropped", "faults_of", "frame_stream"]
