"""Cameras at their places, and frames taken through them: what the run, the clips and the training share."""
