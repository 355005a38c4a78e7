"""What many days say: paired differences, pooled percentiles, the choice of the best."""
