"""Camera plans: what is to be seen, from where it can be seen, what is worth choosing, and what it buys."""
