"""Dated data of camera plans."""
