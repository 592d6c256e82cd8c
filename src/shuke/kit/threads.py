"""How many threads NumPy's sums take: to be told before NumPy is imported."""

from __future__ import annotations

import os


def one_thread_a_sum() -> None:
    """For our own processes: NumPy's sums take one thread each, unless the environment says otherwise.

    OpenBLAS would take a thread a core, and they wait for one another busily. Our sums are too small for that: a fit to
    900 histories took 75 ms of two processors instead of 5 ms of one, and one to 110,000 was no faster either.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
