"""What can be known of the world: cameras, optics, lines of sight, coverage, alarms, and the fitted models."""
