"""How a picture is made and read: scene, frame, detections, tracks, plates, scores."""
