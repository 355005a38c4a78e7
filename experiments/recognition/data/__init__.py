"""What the recogniser is to reach, as data."""
