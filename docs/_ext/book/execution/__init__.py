"""Chapters are read, run and checked: by the build that shows them, and as tests."""
