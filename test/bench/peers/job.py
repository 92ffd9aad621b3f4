"""What a peer's library is ready to repeat."""
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from typing import Callable


@dataclass
class Job:
    """`run` does the work; `result` gives what the latest run made, in the layout of clebsch; `name` tells a variant from others of the library."""

    run: Callable[[], object]
    result: Callable[[], object]
    version: str
    name: str | None = None


def job(library, run, result, name=None):
    run()
    return Job(run, result, version(library), name)


def fastest(candidates):
    """The name and function of the fastest of some ways to do the same, {name: function}; each runs five times."""

    def median(run):
        run()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    return min(candidates.items(), key=lambda item: median(item[1]))


def one_map_per_thread(threads, count, run):
    """run(i) for i < count on a pool of threads."""
    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(run, range(count)))
