"""numpy's matrix product (OpenBLAS in its wheels)."""
from job import job


def matmul(threads, a, b):
    import numpy as np

    product = np.matmul(a, b)
    return job("numpy", lambda: np.matmul(a, b, out=product), lambda: product)


JOBS = {"matmul": ("numpy matmul", matmul)}
