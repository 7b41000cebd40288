"""Every number and claim of the prose is bound to what computes it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `formulas`
