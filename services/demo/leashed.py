"""Runs a program that ends with the process that wanted it, also when that is killed.

``python leashed.py PARENT COMMAND...``: the kernel sends SIGTERM when the thread ends that started
this, and keeps to that over ``exec``. Where there is no such kernel the program runs all the same,
and ends with those that are told to.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Does not return."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel was told
            return
    os.execv(command[0], command)  # noqa: S606 - what the demo starts


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
