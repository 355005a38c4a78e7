"""The world and its laws: city, streets, clock, random streams, events and their log."""
