"""Exercises that check what a reader has written: how a check is judged, and where it stands in a chapter."""
