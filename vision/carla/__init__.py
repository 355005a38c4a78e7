"""CARLA as a source of footage: the client's half. A server draws, and everything it is told stands here."""
