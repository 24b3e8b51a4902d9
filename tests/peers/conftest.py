"""Nothing here is a test: the scripts need PyTorch, which the tests do without."""

collect_ignore_glob = ["*.py"]
