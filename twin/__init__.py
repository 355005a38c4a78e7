"""The world and its laws: city, streets, clock, random streams, events and their log."""

from twin.kernel_cache import keep_kernels

keep_kernels()  # before any kernel is compiled
