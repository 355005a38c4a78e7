"""How good a recogniser is against the truth: detections, tracks, plates, false alarms, time."""
