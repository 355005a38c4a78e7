"""Docks and patrols: where drones should wait, and which gaps of the cameras they look into, in what order."""
