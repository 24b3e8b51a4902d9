"""Cells that run in the page: the Python that the site serves for it, what runs a cell, and the cells themselves."""
