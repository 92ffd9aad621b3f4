"""Transforms on the sphere: shtns, ducc0, healpy. Coefficients [B, L*L, 1] and maps [B, rings, longitudes, 1] in the layout of clebsch."""
import ctypes
import sys
from functools import lru_cache

from job import fastest, job, one_map_per_thread


@lru_cache
def orders(L):
    """l and m of healpy's order, m >= 0."""
    import numpy as np

    m = np.repeat(np.arange(L), L - np.arange(L))
    l = np.concatenate([np.arange(k, L) for k in range(L)])
    return l, m


def to_alm(c, L):
    """Coefficients in the real basis [B, L*L] to those of Y_lm, m >= 0."""
    import numpy as np

    l, m = orders(L)
    cosine, sine = c[:, l * l + l + m], c[:, l * l + l - m]
    phase = np.where(m % 2 == 0, 1, -1) / np.sqrt(2)
    return np.where(m == 0, cosine, phase * (cosine - 1j * sine))


def from_alm(alm, L):
    import numpy as np

    l, m = orders(L)
    phase = np.where(m % 2 == 0, 1, -1) * np.sqrt(2)
    c = np.empty((alm.shape[0], L * L))
    c[:, l * l + l - m] = -phase * alm.imag
    c[:, l * l + l + m] = np.where(m == 0, alm.real, phase * alm.real)
    return c


def to_modes(f, L, spin):
    """Complex coefficients of spin [B, L*L] to gradient and curl (spin 0: those of real and imaginary part) [B, 2, alm]."""
    import numpy as np

    l, m = orders(L)
    plus, minus = f[:, l * l + l + m], np.where(m % 2 == 0, 1, -1) * f[:, l * l + l - m].conj()
    sign = 1 if spin == 0 else -1
    return np.stack([sign * (plus + minus) / 2, sign * (plus - minus) / 2j], axis=1)


def from_modes(modes, L, spin):
    import numpy as np

    l, m = orders(L)
    sign = 1 if spin == 0 else -1
    first, second = modes[:, 0], modes[:, 1]
    f = np.empty((modes.shape[0], L * L), complex)
    f[:, l * l + l - m] = sign * np.where(m % 2 == 0, 1, -1) * (first.conj() + 1j * second.conj())
    f[:, l * l + l + m] = sign * (first + 1j * second)
    return f


def shtns_transform(threads, x, L, width, inverse):
    """Real maps on Gauss-Legendre rings."""
    import numpy as np
    import shtns

    batch = x.shape[0]

    def plan(own):
        made = shtns.sht(L - 1, L - 1, norm=shtns.sht_orthonormal, nthreads=own)
        made.set_grid(nlat=L, nphi=width, flags=shtns.sht_gauss | shtns.SHT_PHI_CONTIGUOUS)
        return made

    plans = {f"{threads} threads each": plan(threads), "one thread": plan(1)}
    first = next(iter(plans.values()))
    l, m = orders(L)
    place = np.array([first.idx(int(a), int(b)) for a, b in zip(l, m)])
    alms = np.zeros((batch, first.nlm), complex)
    maps = np.zeros((batch, L, width))
    if inverse:
        alms[:, place] = to_alm(x[..., 0], L)
    else:
        maps[:] = x[..., 0]

    # The C functions: unlike the methods of its Python module, they let other threads run
    library = ctypes.CDLL(sys.modules["_shtns"].__file__)
    scratch = np.empty_like(maps)

    def once(sh, i):
        config, alm = ctypes.c_void_p(int(sh.this)), ctypes.c_void_p(alms[i].ctypes.data)
        if inverse:
            library.SH_to_spat(config, alm, ctypes.c_void_p(maps[i].ctypes.data))
        else:
            scratch[i] = maps[i]  # the analysis changes its input
            library.spat_to_SH(config, ctypes.c_void_p(scratch[i].ctypes.data), alm)

    candidates = {name: lambda sh=sh: [once(sh, i) for i in range(batch)] for name, sh in plans.items()}
    if batch > 1:
        candidates["one map per thread"] = one_map_per_thread(threads, batch, lambda i: once(plans["one thread"], i))
    name, run = fastest(candidates)
    return job("shtns", run, lambda: maps if inverse else from_alm(alms[:, place], L), f"shtns {name}")


def ducc_transform(threads, x, L, sampling, inverse, spin=0):
    """Maps on rings of gl or mw: real ones, or complex ones of a spin."""
    import ducc0
    import numpy as np

    batch, real = x.shape[0], not np.iscomplexobj(x)
    single = x.dtype in (np.float32, np.complex64)
    ctype, rtype = (np.complex64, np.float32) if single else (np.complex128, np.float64)
    parts = 1 if real else 2
    fields = 2 if spin != 0 else 1  # of a call
    rings, width = (x.shape[1:3]) if not inverse else (L, 2 * L if sampling == "gl" else 2 * L - 1)
    alms = np.zeros((batch, parts, L * (L + 1) // 2), ctype)
    maps = np.zeros((batch, parts, rings, width), rtype)
    if inverse:
        alms[:] = to_alm(x[..., 0], L)[:, None] if real else to_modes(x[..., 0], L, spin)
    else:
        maps[:] = x[..., 0][:, None] if real else np.stack([x[..., 0].real, x[..., 0].imag], axis=1)
    a, f = alms.reshape(-1, fields, alms.shape[2]), maps.reshape(-1, fields, rings, width)
    common = {"spin": abs(spin), "lmax": L - 1, "geometry": sampling.upper()}
    call = ducc0.sht.synthesis_2d if inverse else ducc0.sht.analysis_2d

    def once(i, own):
        call(alm=a[i], map=f[i], nthreads=own, **common)

    candidates = {f"{threads} threads each": lambda: [once(i, threads) for i in range(a.shape[0])]}
    if a.shape[0] > 1 and threads > 1:
        candidates["one map per thread"] = one_map_per_thread(threads, a.shape[0], lambda i: once(i, 1))
    name, run = fastest(candidates)

    def result():
        if inverse:
            return maps[:, 0] if real else (maps[:, 0] + 1j * maps[:, 1]).astype(x.dtype)
        return (from_alm(alms[:, 0], L) if real else from_modes(alms, L, spin)).astype(x.dtype)

    return job("ducc0", run, result, f"ducc0 {name}")


def healpix_synthesis(threads, x, L, nside):
    """A real map in ring order: the faster of healpy and ducc0."""
    import ducc0
    import healpy
    import numpy as np

    alm = to_alm(x[..., 0], L)
    state = {}
    rings = ducc0.healpix.Healpix_Base(nside, "RING").sht_info()
    out = np.zeros((1, 12 * nside**2))

    def healpy_run():
        state["map"] = healpy.alm2map(alm[0], nside, lmax=L - 1, pixwin=False)

    def ducc_run():
        state["map"] = ducc0.sht.synthesis(alm=alm[:1], map=out, spin=0, lmax=L - 1, nthreads=threads, **rings)

    name, run = fastest({"healpy": healpy_run, "ducc0": ducc_run})
    return job(name, run, lambda: state["map"], name)


JOBS = {
    "shtns": ("shtns", shtns_transform),
    "ducc": ("ducc0", ducc_transform),
    "healpix": ("healpy, ducc0", healpix_synthesis),
}
