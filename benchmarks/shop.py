"""How fast the simulated shop is made, all tables as files: `python benchmarks/shop.py 100000 1000000`"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from shuke.collect.shop import Shop

_SIZES = (100_000, 1_000_000)


def measured(customers: int) -> tuple[int, float, float, int, int]:
    """Lines of purchases, seconds by the clock and of the processor, peak memory and size on disk in MB."""
    with tempfile.TemporaryDirectory(prefix="shuke-shop-") as folder:
        started = time.perf_counter()
        rows = Shop(customers).write_all(Path(folder))
        seconds = time.perf_counter() - started
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) >> 20
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return rows["purchases"], seconds, time.process_time(), memory, size


def main() -> None:
    """Print a table, each size in a process of its own: memory at its peak is that of one shop."""
    sizes = [int(size) for size in sys.argv[1:]] or _SIZES
    print("| customers | lines of purchases | seconds | seconds of the processor | peak memory, MB | on disk, MB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            lines, seconds, busy, memory, disk = pool.apply(measured, (size,))
        print(f"| {size:,} | {lines:,} | {seconds:,.0f} | {busy:,.0f} | {memory:,} | {disk:,} |", flush=True)


if __name__ == "__main__":
    main()
