"""What doubling is made of."""


def add(x, y):
    """Add two numbers."""
    return x + y
