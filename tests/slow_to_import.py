"""A module that takes a worker longer to import than its call may."""

import sys
import time

if "pytest" not in sys.modules:
    end = time.process_time() + 0.8
    while time.process_time() < end:
        pass


def answer():
    return "here"
