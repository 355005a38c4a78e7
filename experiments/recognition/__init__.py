"""The real recogniser at work: its training frames, its scores, and encounters the fitted model rests on."""
