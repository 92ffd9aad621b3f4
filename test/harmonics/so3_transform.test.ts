import {
  type SO3TransformOptions,
  type Tensor,
  cast,
  conj,
  mul,
  random,
  real,
  reshape,
  rotate,
  s2Correlation,
  s2Transform,
  so3Correlation,
  so3Transform,
  slice,
  so3Type,
  sum,
  tensor,
  tidy,
  typeSize,
  zeros,
  zonalConvolution,
} from '../../lib/index.js';
import { groupToComplexBasis, groupToRealBasis, toComplexBasis } from '../../lib/index.js';
import { relativeError } from '../support/reference.js';
import {
  adjointError,
  correlationError,
  methods,
  so3Cases,
  so3Error,
  transformReference as reference,
} from '../support/reference_transforms.js';
import { adjointDefect, difference, normal } from '../support/signals.js';

const tolerance = { float64: 1e-12, float32: 2e-5 };

reference.describe('vectors of so3', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    test.each(so3Cases)(`L = %d, N = %d, %s, ${dtype}`, (L, N, sampling) => {
      for (const method of methods) {
        expect(so3Error(false, L, N, sampling, dtype, method)).toBeLessThan(tolerance[dtype]);
        expect(so3Error(true, L, N, sampling, dtype, method)).toBeLessThan(tolerance[dtype]);
      }
    });
  }

  test('adjoints', () => {
    const plan = so3Transform({ L: 8, N: 4, dtype: 'float64' });
    expect(adjointError(plan, 'so3_L8_N4_mw', 'flmn')).toBeLessThan(1e-12);
  });

  test.each([
    [6, 3],
    [8, 8],
  ])('correlation, L = %d, N = %d', (L, N) => {
    expect(correlationError(L, N)).toBeLessThan(1e-13);
  });
});

/** Coefficients that a signal of the options can have. */
function coefficients({ L, N = L, real: isReal, steerable }: SO3TransformOptions, batch: readonly number[]): Tensor {
  const size = isReal ? typeSize(so3Type(L, N)) : (2 * N - 1) * L * L;
  const mask = new Float64Array(size);
  const takes = (n: number): boolean => !steerable || (n + N + 1) % 2 === 0;
  let row = 0;
  if (isReal) {
    so3Type(L, N).forEach((fragments, l) => {
      for (let m = -l; m <= l; m++) for (let t = 0; t < fragments; t++) mask[row++] = takes(t - Math.min(l, N - 1)) ? 1 : 0;
    });
  } else {
    for (let n = 1 - N; n < N; n++) for (let i = 0; i < L * L; i++) mask[row++] = takes(n) && i >= n * n ? 1 : 0;
  }
  const values = isReal ? mask : Float64Array.from({ length: 2 * size }, (_, i) => (i % 2 === 0 ? mask[i / 2]! : 0));
  const dtype = isReal ? 'float64' : 'complex128';
  const x = mul(normal([...batch, size, 3], dtype), tensor(values, [size, 1], { dtype }));
  return isReal ? x : reshape(x, [...batch, 2 * N - 1, L * L, 3]);
}

describe.each([
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 1],
  [16, 3],
  [9, 9],
])('L = %d, N = %d', (L, N) => {
  const kinds = (['mw', 'mwss', 'dh', 'soft'] as const).flatMap((sampling) =>
    [true, false].flatMap((isReal) =>
      (sampling === 'soft' ? [false] : [true, false]).flatMap((steerable) =>
        methods.map((method) => ({ L, N, sampling, real: isReal, steerable, method })),
      ),
    ),
  );

  test.each(kinds)('%p: round trip, adjoints', (options) => {
    random.seed(L);
    const plan = so3Transform({ ...options, dtype: 'float64' });
    const c = coefficients(options, [2]);
    const f = plan.inverse(c);
    expect(f.shape).toEqual([2, plan.nGamma, plan.nBeta, plan.nAlpha, 3]);
    expect(difference(plan.forward(f), c)).toBeLessThan(1e-12);
    const g = normal(f.shape, f.dtype);
    expect(adjointDefect(f, g, c, plan.inverseAdjoint(g))).toBeLessThan(1e-13);
    expect(adjointDefect(plan.forward(g), c, g, plan.forwardAdjoint(c))).toBeLessThan(1e-13);
  });
});

test('real signals are a special case of complex ones; the integral', () => {
  const [L, N] = [5, 3];
  const c = coefficients({ L, N, real: true }, []);
  const plan = so3Transform({ L, N, real: true, dtype: 'float64' });
  const f = plan.inverse(c);
  const flmn = groupToComplexBasis(cast(c, 'complex128'), { L, N });
  const same = so3Transform({ L, N, dtype: 'float64' }).inverse(flmn);
  expect(difference(real(same), f)).toBeLessThan(1e-13);
  expect(difference(real(groupToRealBasis(flmn, { L, N })), c)).toBeLessThan(1e-14);
  const weights = tensor(plan.quadratureWeights, [plan.nBeta, 1, 1], { dtype: 'float64' });
  const integral = sum(mul(f, weights), [0, 1, 2]).dataSync();
  expect(relativeError(integral, c.dataSync().slice(0, 3))).toBeLessThan(1e-13);
});

test.each([
  [true, 1],
  [false, 1],
  [true, 33],
  [false, 33],
])('samples do not mix: real %p, %d channels, also where they are a view', (isReal, C) => {
  tidy(() => {
    const plan = so3Transform({ L: 5, N: 3, real: isReal, dtype: 'float64' });
    const axes = isReal ? [typeSize(so3Type(5, 3))] : [5, 25];
    const dtype = isReal ? 'float64' : 'complex128';
    const wide = normal([3, 2, ...axes, C + 1], dtype);
    const c = slice(wide, [0, 0, ...axes.map(() => 0), 1], [3, 2, ...axes, C]);
    const f = plan.inverse(c);
    const back = plan.forward(f);
    const of = (x: Tensor, i: number, j: number): Tensor => {
      const rest = x.shape.slice(2);
      return reshape(slice(x, [i, j, ...rest.map(() => 0)], [1, 1, ...rest]), rest);
    };
    for (const [i, j] of [
      [0, 0],
      [0, 1],
      [2, 1],
    ] as const) {
      expect(difference(of(f, i, j), plan.inverse(of(c, i, j)))).toBeLessThan(1e-14);
      expect(difference(of(back, i, j), plan.forward(of(f, i, j)))).toBeLessThan(1e-14);
    }
  });
});

test('an empty batch, no channels', () => {
  const plan = so3Transform({ L: 3, N: 2, real: true });
  expect(plan.inverse(tensor(new Float32Array(0), [0, typeSize(so3Type(3, 2)), 2])).shape).toEqual([0, 3, 3, 5, 2]);
  expect(plan.forward(tensor(new Float32Array(0), [3, 3, 5, 0])).shape).toEqual([typeSize(so3Type(3, 2)), 0]);
});

test.each([
  [{ L: 0 }, 'ERR_VALUE'],
  [{ L: 4, N: 5 }, 'ERR_VALUE'],
  [{ L: 4, N: 0 }, 'ERR_VALUE'],
  [{ L: 4, sampling: 'gl' }, 'ERR_VALUE'],
  [{ L: 4, sampling: 'soft', steerable: true }, 'ERR_VALUE'],
  [{ L: 4, dtype: 'int32' }, 'ERR_DTYPE'],
])('wrong options %p: %s', (options, code) => {
  expect(() => so3Transform(options as never)).toThrow(expect.objectContaining({ code }));
});

describe('correlations are the integrals', () => {
  const L = 5;
  const dtype = 'complex128';

  /** Integral of conj(a) b over the sphere, exact for bandlimits of 2L-1 in all. */
  function inner(a: Tensor, b: Tensor): number[] {
    return Array.from(sum(mul(conj(a), b), [0]).dataSync());
  }

  test.each(['real', 'complex'] as const)('s2Correlation, %s basis', (basis) => {
    random.seed(1);
    const own = basis === 'real' ? 'float64' : dtype;
    const f = normal([L * L, 1], own);
    const psi = normal([L * L, 1, 1], own);
    const out = s2Correlation(f, psi, { L, basis });
    const plan = so3Transform({ L, real: basis === 'real', dtype: 'float64' });
    const values = plan.inverse(out).dataSync();
    const parts = basis === 'real' ? 1 : 2;
    for (const [g, b, a] of [
      [0, 0, 0],
      [3, 2, 7],
      [8, 4, 1],
    ] as const) {
      const angles = { alpha: plan.alpha[a]!, beta: plan.beta[b]!, gamma: plan.gamma[g]! };
      const turned = rotate(reshape(psi, [L * L, 1]), angles, { L, basis });
      const want = basis === 'real' ? [sum(mul(turned, f)).dataSync()[0]!] : inner(turned, f);
      const at = ((g * plan.nBeta + b) * plan.nAlpha + a) * parts;
      expect(relativeError(values.slice(at, at + parts), want)).toBeLessThan(1e-12);
    }
  });

  test('so3Correlation: both bases agree, N and NOut', () => {
    const N = 3;
    const f = coefficients({ L, N, real: true }, [2]);
    const psi = random.normal([typeSize(so3Type(L, N)), 3, 4], { dtype: 'float64' });
    const complexOf = (x: Tensor): Tensor => cast(x, 'complex128');
    for (const NOut of [1, 3, 5]) {
      const out = so3Correlation(f, psi, { L, N, NOut, basis: 'real' });
      expect(out.shape).toEqual([2, typeSize(so3Type(L, NOut)), 4]);
      const filter = groupToComplexBasis(complexOf(reshape(psi, [typeSize(so3Type(L, N)), 12])), { L, N });
      const same = so3Correlation(groupToComplexBasis(complexOf(f), { L, N }), reshape(filter, [2 * N - 1, L * L, 3, 4]), {
        L,
        N,
        NOut,
        basis: 'complex',
      });
      expect(difference(real(groupToRealBasis(same, { L, N: NOut })), out)).toBeLessThan(1e-13);
    }
  });

  test('zonalConvolution is the correlation with a filter of order 0', () => {
    const f = random.normal([2, L * L, 3], { dtype: 'float64' });
    const h = random.normal([L, 3, 2], { dtype: 'float64' });
    const out = zonalConvolution(f, h, { L });
    const values = h.dataSync();
    const psi = new Float64Array(L * L * 6);
    for (let l = 0; l < L; l++) psi.set(values.slice(6 * l, 6 * l + 6), 6 * (l * l + l));
    const group = s2Correlation(f, tensor(psi, [L * L, 3, 2]), { L, N: 1, basis: 'real' });
    const onGroup = so3Transform({ L, N: 1, real: true, dtype: 'float64' }).inverse(group);
    const onSphere = s2Transform({ L, real: true, dtype: 'float64' }).inverse(out);
    expect(difference(reshape(onGroup, onSphere.shape), onSphere)).toBeLessThan(1e-13);
    const asComplex = zonalConvolution(toComplexBasis(cast(f, 'complex128'), new Array(L).fill(1) as number[]), cast(h, 'complex128'), {
      L,
    });
    expect(asComplex.shape).toEqual([2, L * L, 2]);
  });
});

test('which way sums over degrees go: inverse transforms of single channels by recursion, the others by tables', () => {
  tidy(() => {
    const plan = so3Transform({ L: 6, N: 3, real: true, dtype: 'float64' });
    expect(plan.method).toBe('recursion');
    const f = plan.inverse(zeros([typeSize(so3Type(6, 3)), 1], { dtype: 'float64' }));
    expect(plan.method).toBe('recursion');
    plan.forward(f);
    expect(plan.method).toBe('table');
    plan.inverse(zeros([typeSize(so3Type(6, 3)), 4], { dtype: 'float64' }));
    expect(plan.method).toBe('table');
  });
});
