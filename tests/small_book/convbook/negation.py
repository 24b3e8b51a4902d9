"""The other sign."""


def negate(x):
    """Turn the sign."""
    return -x
