"""Joins the rooms: a run with its footage, its output folder and its checks."""
