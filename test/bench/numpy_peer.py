"""numpy's matrix product for the benchmarks: one JSON object a line on stdin, one answer a line on stdout.

{"id", "inputs": [{"file", "dtype", "shape"}, ...], "output": FILE} reads the factors and writes their product -> {"version"}
{"id", "count": N} multiplies these factors N times -> {"seconds"}
"""
import json
import sys
import time

import numpy as np

tasks = {}
for line in sys.stdin:
    request = json.loads(line)
    if "inputs" in request:
        a, b = (np.fromfile(x["file"], x["dtype"]).reshape(x["shape"]) for x in request["inputs"])
        product = np.matmul(a, b)
        product.tofile(request["output"])
        tasks[request["id"]] = (a, b, product)
        answer = {"version": np.__version__}
    else:
        a, b, product = tasks[request["id"]]
        start = time.perf_counter()
        for _ in range(request["count"]):
            np.matmul(a, b, out=product)
        answer = {"seconds": time.perf_counter() - start}
    print(json.dumps(answer), flush=True)
