"""Transforms on SO(3) by s2fft with its tables (its recursion is meant for few orders n), compiled before.

Small tables are constants of what is compiled, which is faster; of large ones the compiler would take minutes to fold their conversion.
"""
from job import fastest, job

MOST_CONSTANT = 1 << 24  # numbers of a table


def tables(threads, x, L, N, inverse, real):
    """mw sampling, x [B, 2N-1, L*L, 1] or [B, gamma, beta, alpha, 1]; flmn are complex with all orders in both kinds."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import numpy as np
    from s2fft.precompute_transforms import construct
    from s2fft.precompute_transforms import wigner

    kernel = construct.wigner_kernel_jax(L, N, reality=real, sampling="mw", forward=not inverse)
    call = wigner.inverse_transform_jax if inverse else wigner.forward_transform_jax
    l = np.floor(np.sqrt(np.arange(L * L))).astype(int)
    column = np.arange(L * L) - l * l - l + L - 1
    if inverse:
        blocks = np.zeros((x.shape[0], 2 * N - 1, L, 2 * L - 1), complex)
        blocks[:, :, l, column] = x[..., 0]
    else:
        blocks = x[..., 0]
    given = jnp.asarray(blocks)
    small = kernel.size <= MOST_CONSTANT
    if small:
        single = jax.jit(lambda f: call(f, kernel, L, N, "mw", real, None))
        many = jax.jit(jax.vmap(lambda f: call(f, kernel, L, N, "mw", real, None)))
    else:
        passed = kernel.astype(complex)
        compiled = jax.jit(jax.vmap(lambda f, k: call(f, k, L, N, "mw", real, None), in_axes=(0, None)))
        many = lambda f: compiled(f, passed)
    state = {}

    def batched():
        state["out"] = many(given).block_until_ready()

    def one_by_one():
        state["out"] = [single(f).block_until_ready() for f in given]

    # One by one took four times as long with a large table, which is read each time
    name, run = fastest({"vmap": batched, **({"one by one": one_by_one} if small else {})})

    def result():
        out = np.stack([np.asarray(f) for f in state["out"]])
        return out[:, :, l, column] if not inverse else out.real if real else out

    return job("s2fft", run, result, f"s2fft tables, {name}")


JOBS = {"s2fft-wigner": ("s2fft tables", tables)}
