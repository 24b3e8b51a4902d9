"""Chapters are pytest files: see the plugin."""

from book.execution.pytest_chapters import pytest_collect_file as pytest_collect_file
