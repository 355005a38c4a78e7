"""One scenario lived through: read and checked, lived with its footage, written into a run folder, lived again."""
