"""The recogniser under every light, weather, distance, occlusion and camera fault, with intervals."""
