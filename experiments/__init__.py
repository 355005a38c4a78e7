"""Joins the rooms: runs with their footage, trials of policies, the recogniser at work, checks against theory."""
