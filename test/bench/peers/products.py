"""Square products of generalized signals and the uniform step, by e3nn, by plain torch and by JAX. x [B, L*L, C], a weight for each path, one fragment per degree."""
from job import job


def split(x, L, C):
    """[B, L*L, C] to e3nn's [B, sum_l C (2l+1)], the order fastest."""
    import torch

    return torch.cat([x[:, l * l : (l + 1) ** 2].transpose(1, 2).flatten(1) for l in range(L)], 1)


def joined(x, L, C):
    import torch

    parts, at = [], 0
    for l in range(L):
        n = C * (2 * l + 1)
        parts.append(x[:, at : at + n].reshape(-1, C, 2 * l + 1).transpose(1, 2))
        at += n
    return torch.cat(parts, 1)


def factor(l1, l2, l):
    """Our coefficients over e3nn's (see interop)."""
    return (-1) ** ((l1 + l2 - l) // 2) * (2 * l + 1) ** 0.5


def e3nn_square(edges, L, C, dtype):
    """The product of mode uuu in eager mode, then the uniform step as an einsum."""
    import e3nn
    import torch
    from e3nn import o3

    e3nn.set_optimization_defaults(jit_mode="eager")
    inside = o3.Irreps([(C, (l, 1)) for l in range(L)])
    paths = [(l, a, b) for l, pairs in enumerate(edges) for a, b in pairs]
    outside = o3.Irreps([(C, (l, 1)) for l, _, _ in paths])
    instructions = [(a, b, k, "uuu", False) for k, (_, a, b) in enumerate(paths)]
    torch.set_default_dtype(dtype)  # else the coefficients are rounded to float32
    product = o3.TensorProduct(inside, inside, outside, instructions, irrep_normalization="none", path_normalization="none")

    def run(x, w):
        y, at, first, out = product(x, x), 0, 0, []
        for l, pairs in enumerate(edges):
            n = len(pairs) * C * (2 * l + 1)
            fragments = y[:, at : at + n].reshape(-1, len(pairs), C, 2 * l + 1)
            out.append(torch.einsum("bpcm,p->bcm", fragments, w[first : first + len(pairs)]).flatten(1))
            at, first = at + n, first + len(pairs)
        return torch.cat(out, 1)

    return run


def pair_square(edges, L, C, dtype):
    """For each pair (l1, l2) one outer product and one matrix product with the coefficients of all its degrees side by side."""
    import torch
    from e3nn import o3

    paths = [(l, a, b) for l, pairs in enumerate(edges) for a, b in pairs]
    pairs = {}
    for k, (_, a, b) in enumerate(paths):
        pairs.setdefault((a, b), []).append(k)
    tables = {
        (a, b): torch.cat([o3.wigner_3j(a, b, paths[k][0], dtype=torch.float64).reshape(-1, 2 * paths[k][0] + 1) for k in ks], 1).to(dtype)
        for (a, b), ks in pairs.items()
    }

    def run(x, w):
        starts = [C * l * l for l in range(L + 1)]
        part = [x[:, starts[l] : starts[l + 1]].reshape(-1, 2 * l + 1) for l in range(L)]
        fragments = [None] * len(paths)
        for (a, b), ks in pairs.items():
            outer = (part[a][:, :, None] * part[b][:, None, :]).flatten(1)
            for k, fragment in zip(ks, torch.split(outer @ tables[a, b], [2 * paths[k][0] + 1 for k in ks], 1)):
                fragments[k] = fragment
        out, first = [], 0
        for its in edges:
            own = torch.stack(fragments[first : first + len(its)], 1)
            out.append(torch.einsum("npm,p->nm", own, w[first : first + len(its)]).reshape(x.shape[0], -1))
            first += len(its)
        return torch.cat(out, 1)

    return run


def work(run, x, w, what):
    """what: 'forward', 'backward' (forward and gradients to x and w) or 'double' (gradients of the gradient to x)."""
    import torch

    x.requires_grad_(True)
    w.requires_grad_(True)
    with torch.no_grad():
        g = torch.ones_like(run(x, w))
    g.requires_grad_(what == "double")

    def forward():
        with torch.no_grad():
            return run(x, w)

    def backward():
        torch.autograd.grad(run(x, w), [x, w], g)

    def double():
        first = torch.autograd.grad(run(x, w), [x], g, create_graph=True)
        torch.autograd.grad(first, [x, w, g], [torch.ones_like(x)])

    return forward, {"forward": forward, "backward": backward, "double": double}[what]


def square(build, library):
    def make(threads, x, w, edges, what):
        import importlib

        import numpy as np

        importlib.import_module("e3nn")
        import torch

        torch.set_num_threads(threads)
        B, _, C = x.shape
        L = len(edges)
        dtype = torch.from_numpy(x).dtype
        factors = np.array([factor(a, b, l) for l, pairs in enumerate(edges) for a, b in pairs])
        mul_ir, weights = split(torch.from_numpy(x), L, C), torch.from_numpy((w * factors).astype(x.dtype))
        forward, run = work(build(edges, L, C, dtype), mul_ir, weights, what)
        return job(library, run, lambda: joined(forward(), L, C).numpy())

    return make


def jax_square(threads, x, w, edges, what):
    """An einsum for each path [B, C, 2l+1], compiled as one function; the environment tells XLA its threads."""
    import jax
    import numpy as np
    import torch
    from e3nn import o3

    if x.dtype == np.float64:
        jax.config.update("jax_enable_x64", True)
    paths = [(l, a, b) for l, pairs in enumerate(edges) for a, b in pairs]
    # Arguments, not constants, which XLA would spend its time on folding
    tables = [(o3.wigner_3j(a, b, l, dtype=torch.float64).numpy() * factor(a, b, l)).astype(x.dtype) for l, a, b in paths]

    def product(x, w, tables):
        out = [0] * len(edges)
        for k, (l, a, b) in enumerate(paths):
            out[l] += w[k] * jax.numpy.einsum("bci,bcj,ijk->bck", x[..., a * a : (a + 1) ** 2], x[..., b * b : (b + 1) ** 2], tables[k])
        return jax.numpy.concatenate(out, -1)

    def gradients(x, w, tables, g):
        return jax.vjp(lambda x, w: product(x, w, tables), x, w)[1](g)

    def again(x, w, tables, g):
        first, back = jax.vjp(lambda x, w, g: gradients(x, w, tables, g)[0], x, w, g)
        return back(jax.numpy.ones_like(first))

    forward, given = jax.jit(product), jax.device_put((np.ascontiguousarray(x.transpose(0, 2, 1)), w, tables))
    y = forward(*given)
    compiled = forward if what == "forward" else jax.jit({"backward": gradients, "double": again}[what])
    arguments = given if what == "forward" else (*given, jax.numpy.ones_like(y))
    return job("jax", lambda: jax.block_until_ready(compiled(*arguments)), lambda: np.asarray(y).transpose(0, 2, 1))


JOBS = {
    "e3nn-square": ("e3nn eager", square(e3nn_square, "e3nn")),
    "pair-square": ("torch, one GEMM per pair", square(pair_square, "torch")),
    "jax-square": ("JAX, einsum per path", jax_square),
}
