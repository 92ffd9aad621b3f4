"""Batches of one-dimensional transforms by pocketfft, in scipy's and in ducc's version; rows are contiguous, as these libraries like them best."""
from job import fastest, job


def transforms(threads, x, points, synthesis):
    """x [outer, rings, 2M-1, inner] or [outer, rings * points, inner], complex; the faster of the two libraries."""
    import ducc0
    import numpy as np
    import scipy.fft

    outer, inner = x.shape[0], x.shape[-1]
    orders = (points + 1) // 2
    rows = np.moveaxis(x.reshape(outer, -1, 2 * orders - 1 if synthesis else points, inner), 3, 2).reshape(-1, 2 * orders - 1 if synthesis else points)
    if synthesis:
        padded = np.zeros((rows.shape[0], points), rows.dtype)
        padded[:, np.arange(1 - orders, orders) % points] = rows
        rows = padded
    out = np.empty_like(rows)
    which = scipy.fft.ifft if synthesis else scipy.fft.fft
    state = {}

    def scipy_run():
        state["out"] = which(rows, norm="forward" if synthesis else "backward", workers=threads)

    def ducc_run():
        state["out"] = ducc0.fft.c2c(rows, axes=(1,), forward=not synthesis, out=out, nthreads=threads)

    name, run = fastest({"scipy pocketfft": scipy_run, "ducc0 fft": ducc_run})

    def result():
        got = state["out"]
        if not synthesis:
            got = got[:, np.arange(1 - orders, orders) % points]
        return np.moveaxis(got.reshape(outer, -1, inner, got.shape[1]), 2, 3)

    return job("scipy" if "scipy" in name else "ducc0", run, result, name)


JOBS = {"fourier": ("pocketfft", transforms)}
