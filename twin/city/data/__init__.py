"""Figures and frames of known cities, each with its source; read as package data."""
