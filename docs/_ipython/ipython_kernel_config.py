"""Read by every kernel that runs a chapter: the build copies it into _build/ipython, which is their IPYTHONDIR."""

c = get_config()  # noqa: F821
c.IPKernelApp.log_level = 40  # no warning at each start that the loopback connection is not encrypted
c.HistoryManager.enabled = False  # no database of what was typed
c.InlineBackend.figure_formats = {"svg"}
# not cut to size: all figures are equally wide, so their text is equally tall
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None, "metadata": {"Date": None}}
c.InteractiveShell.xmode = "Minimal"  # a traceback without paths of this machine
