"""A module that takes a worker longer to import than its call may."""

import multiprocessing
import time

if multiprocessing.parent_process() is not None:
    end = time.process_time() + 0.8
    while time.process_time() < end:
        pass


def answer():
    return "here"
