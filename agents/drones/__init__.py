"""Drones as agents of the chain: sent to requests and rounds, kept apart in the air, seeing what is there."""
