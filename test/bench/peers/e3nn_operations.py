"""Operations of e3nn as they are, in its own layout and normalization: features [B, dim of the irreps], its flat weights."""
from job import job


def load(dtype):
    """e3nn with coefficients of the dtype, else they are rounded to float32."""
    import e3nn
    import torch
    from e3nn import o3

    e3nn.set_optimization_defaults(jit_mode="eager")
    torch.set_default_dtype(torch.float64 if dtype == "float64" else torch.float32)
    return o3


def calls(module, arrays, finish=lambda y: y):
    import torch

    given = [torch.from_numpy(a) for a in arrays]

    def run():
        with torch.no_grad():
            return module(*given)

    return job("e3nn", run, lambda: finish(run()).numpy())


def full_tensor_product(threads, x, y, irreps1, irreps2, lmax):
    """All irreps even; fragments with our sign (see interop)."""
    o3 = load(x.dtype)
    product = o3.FullTensorProduct(irreps1, irreps2, filter_ir_out=[f"{l}e" for l in range(lmax + 1)])

    def signed(z):
        for ins in product.instructions:
            l1, l2 = product.irreps_in1[ins.i_in1].ir.l, product.irreps_in2[ins.i_in2].ir.l
            l = product.irreps_out[ins.i_out].ir.l
            z[:, product.irreps_out.slices()[ins.i_out]] *= (-1) ** ((l1 + l2 - l) // 2)
        return z

    return calls(product, [x, y], signed)


def tensor_product(threads, x, y, w, irreps, paths, normalization):
    """paths: (l1, l2, l, mode) between blocks of the three irreps, one for each degree."""
    o3 = load(x.dtype)
    instructions = [(*path, True) for path in paths]
    product = o3.TensorProduct(*irreps, instructions, **normalization, internal_weights=False, shared_weights=True)
    return calls(product, [x, y, w])


def linear(threads, x, w, bias, irreps_in, irreps_out, normalization):
    o3 = load(x.dtype)
    return calls(o3.Linear(irreps_in, irreps_out, biases=True, internal_weights=False, shared_weights=True, path_normalization=normalization), [x, w, bias])


JOBS = {
    "e3nn-full-tensor-product": ("e3nn FullTensorProduct", full_tensor_product),
    "e3nn-tensor-product": ("e3nn TensorProduct", tensor_product),
    "e3nn-linear": ("e3nn Linear", linear),
}
