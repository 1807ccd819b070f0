"""Tests of screens and callbacks, without Telegram and without a network."""

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [os.fspath(_HERE), os.fspath(_HERE.parent / "fakes")]
