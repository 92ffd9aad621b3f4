"""Work of other libraries for the benchmarks: one JSON object a line on stdin, one answer a line on stdout.

{"id", "job", "options", "threads", "inputs": [{"file", "dtype", "shape"}, ...], "output": FILE} gets a job ready and writes its result, in the layout of clebsch
  -> {"name", "version"}, or {"name", "missing": WHY}
{"id", "count": N} repeats the job N times -> {"seconds"}
"""
import json
import os
import sys
import time

import numpy as np

import e3nn_operations
import fourier
import linear
import products
import rotation_group
import sphere

JOBS = {**linear.JOBS, **products.JOBS, **e3nn_operations.JOBS, **sphere.JOBS, **rotation_group.JOBS, **fourier.JOBS}


def prepare(request):
    name, make = JOBS[request["job"]]
    try:
        inputs = [np.fromfile(x["file"], x["dtype"]).reshape(x["shape"]) for x in request["inputs"]]
        job = make(request["threads"], *inputs, **request["options"])
    except ImportError as error:
        return None, {"name": name, "missing": str(error)}
    np.ascontiguousarray(job.result()).tofile(request["output"])
    return job.run, {"name": job.name or name, "version": job.version}


def main():
    # Libraries print greetings: only answers go to stdout
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    runs = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "job" in request:
            runs[request["id"]], answer = prepare(request)
        else:
            run = runs[request["id"]]
            start = time.perf_counter()
            for _ in range(request["count"]):
                run()
            answer = {"seconds": time.perf_counter() - start}
        print(json.dumps(answer), file=answers, flush=True)


main()
