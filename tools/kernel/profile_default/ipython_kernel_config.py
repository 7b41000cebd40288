"""How tests and `make chapters` run a chapter: any warning stops it."""

c = get_config()  # noqa: F821
c.InteractiveShellApp.exec_lines = [
    "import warnings",
    "warnings.simplefilter('error')",
    "warnings.filterwarnings('ignore', module='ipykernel|zmq|tornado')",
    "del warnings",
]
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"  # no note on TCP at every start
