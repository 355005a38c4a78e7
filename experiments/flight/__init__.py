"""Flights joined with the city: missions flown, pictured and filmed, and the fitted model made."""
