"""Speed, measured: each figure beside its peer in the same run. Nothing is asserted; `make bench` prints a table."""
