"""Speed, measured: each figure beside its peer in the same run. Nothing here is asserted; `make bench` prints a table."""
