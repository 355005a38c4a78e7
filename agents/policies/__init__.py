"""Dispatch policies: small objects that get a View and return decisions."""
