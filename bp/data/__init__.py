"""The embedded data; see LICENSE beside this file."""
