"""The pictures that the sliders move.

Written by the chapters."""
