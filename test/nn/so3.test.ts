import {
  equivarianceError,
  grad,
  memory,
  mul,
  nn,
  random,
  rotate,
  s2Type,
  so3Type,
  square,
  sub,
  sum,
  tensor,
  tidy,
  typeSize,
  wignerD,
} from '../../lib/index.js';
import { groupGrid } from '../../lib/harmonics/group_grid.js';
import { native } from '../../lib/native.js';
import { relativeError } from '../support/reference.js';

const cpu = native.deviceCode('cpu');
const grid = (L: number, N: number, gridL = L, gridN = N) =>
  groupGrid({ L, N, gridL, gridN, domain: 'group', dtype: 'float64', deviceCode: cpu });
const sizes = [
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 2],
  [5, 3],
  [6, 6],
] as const;

/** f = sum (2l+1)/(8 pi^2) c_lmn D^real_mn at one rotation, term by term. */
function directValue(c: ArrayLike<number>, L: number, N: number, alpha: number, beta: number, gamma: number): number {
  let [value, at] = [0, 0];
  for (let l = 0; l < L; l++) {
    const d = wignerD(l, { alpha, beta, gamma }, { basis: 'real' });
    const most = Math.min(l, N - 1);
    for (let m = -l; m <= l; m++) {
      for (let n = -most; n <= most; n++) value += ((2 * l + 1) / (8 * Math.PI ** 2)) * c[at++]! * d[(m + l) * (2 * l + 1) + n + l]!;
    }
  }
  return value;
}

describe('real signals on SO(3)', () => {
  test.each(sizes)('values at the nodes, L = %d, N = %d', (L, N) => {
    random.seed(L);
    const [gridL, gridN] = [L + 1, N + 2];
    const plan = grid(L, N, gridL, gridN);
    const x = random.normal([1, typeSize(so3Type(L, N)), 1], { dtype: 'float64' });
    const values = plan.inverse(x).dataSync();
    const beta = native.math.nodes('gl', gridL, gridL);
    const c = x.dataSync();
    const expected: number[] = [];
    for (let b = 0; b < gridL; b++) {
      for (let a = 0; a < plan.sizes.nAlpha; a++) {
        for (let g = 0; g < plan.sizes.nGamma; g++) {
          expected.push(directValue(c, L, N, (2 * Math.PI * a) / plan.sizes.nAlpha, beta[b]!, (2 * Math.PI * g) / plan.sizes.nGamma));
        }
      }
    }
    expect(relativeError(values, expected)).toBeLessThan(1e-13);
  });

  test.each(sizes)('forward undoes inverse, L = %d, N = %d', (L, N) => {
    for (const channels of [1, 33]) {
      const x = random.normal([2, 3, typeSize(so3Type(L, N)), channels], { dtype: 'float64' });
      for (const plan of [grid(L, N), grid(L, N, 2 * L, N + 1)]) {
        const back = plan.forward(plan.inverse(x));
        expect(back.shape).toEqual(x.shape);
        expect(relativeError(back.dataSync(), x.dataSync())).toBeLessThan(1e-13);
      }
    }
  });

  test('an empty batch', () => {
    expect(grid(3, 2).forward(grid(3, 2).inverse(random.normal([0, typeSize(so3Type(3, 2)), 2], { dtype: 'float64' }))).shape).toEqual([
      0, 25, 2,
    ]);
  });
});

describe('SO3Activation', () => {
  test('is the identity but for the halves that relu takes: relu(x) - relu(-x) = x', () => {
    const [L, N] = [5, 3];
    const x = random.normal([2, typeSize(so3Type(L, N)), 4], { dtype: 'float64' });
    const relu = new nn.SO3Activation({ L, N, fn: 'relu', oversampling: 1.5 });
    expect(relativeError(sub(relu.forward(x), relu.forward(mul(x, -1))).dataSync(), x.dataSync())).toBeLessThan(1e-13);
  });

  test('its error of equivariance falls with the oversampling', async () => {
    const [L, N] = [6, 3];
    const error = async (oversampling: number): Promise<number> => {
      const activation = new nn.SO3Activation({ L, N, fn: 'relu', oversampling });
      const tau = so3Type(L, N);
      const options = { tauIn: tau, tauOut: tau, channels: 2, dtype: 'float64', samples: 4, rotations: 4 } as const;
      return (await equivarianceError((x) => activation.forward(x), options)).mean;
    };
    const [coarse, fine] = [await error(1), await error(4)];
    expect(coarse).toBeGreaterThan(0.05);
    expect(fine).toBeLessThan(coarse / 8);
  });

  test('frees what it makes', () => {
    const activation = new nn.SO3Activation({ L: 4, N: 2, fn: 'silu' });
    const x = random.normal([2, typeSize(so3Type(4, 2)), 3]);
    tidy(() => activation.forward(x)); // builds the tables
    const before = memory().tensors;
    tidy(() => void grad((y) => sum(square(activation.forward(y))))(x));
    expect(memory().tensors).toBe(before);
  });

  test('bad options', () => {
    const code = (options: Partial<nn.SO3ActivationOptions>) => () => new nn.SO3Activation({ L: 3, N: 2, fn: 'relu', ...options });
    expect(code({ N: 4 })).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
    expect(code({ oversampling: 0.5 })).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
    expect(() => code({})().forward(tensor([1], [1, 1]))).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });
});

describe('convolutions with filters over l', () => {
  const layers: readonly [string, () => nn.Module, readonly number[], readonly number[]][] = [
    [
      'S2Convolution',
      () => new nn.S2Convolution({ L: 6, LOut: 4, N: 3, channelsIn: 2, channelsOut: 3, knots: 3, dtype: 'float64' }),
      s2Type(6),
      so3Type(4, 3),
    ],
    [
      'SO3Convolution',
      () => new nn.SO3Convolution({ L: 5, LOut: 4, N: 3, NOut: 2, channelsIn: 2, channelsOut: 3, knots: 2, dtype: 'float64' }),
      so3Type(5, 3),
      so3Type(4, 2),
    ],
    [
      'ZonalConvolution',
      () => new nn.ZonalConvolution({ L: 5, LOut: 3, channelsIn: 2, channelsOut: 3, dtype: 'float64' }),
      s2Type(5),
      s2Type(3),
    ],
    ['one degree', () => new nn.S2Convolution({ L: 1, N: 1, channelsIn: 2, channelsOut: 1, dtype: 'float64' }), [1], [1]],
  ];

  test.each(layers)('%s is equivariant', async (_, make, tauIn, tauOut) => {
    const layer = make();
    const error = await equivarianceError((x) => layer.forward(x), { tauIn, tauOut, channels: 2, dtype: 'float64' });
    expect(error.max).toBeLessThan(1e-13);
  });

  test('a correlation on the sphere has the value of the inner product with the turned filter', () => {
    // One knot per degree: the filter's coefficients are psi_ln = sqrt((2l+1)/4 pi) v_ln.
    const [L, N] = [4, 4];
    const layer = new nn.S2Convolution({ L, N, channelsIn: 1, channelsOut: 1, bias: false, dtype: 'float64' });
    const f = random.normal([1, L * L, 1], { dtype: 'float64' });
    const v = layer.filters.dataSync();
    const psi: number[] = [];
    for (let l = 0; l < L; l++)
      for (let n = -l; n <= l; n++) psi.push(Math.sqrt((2 * l + 1) / (4 * Math.PI)) * v[l * (2 * N - 1) + n + N - 1]!);
    const out = layer.forward(f).dataSync();
    const angles = random.rotations(5).dataSync();
    for (let i = 0; i < 5; i++) {
      const [alpha, beta, gamma] = [angles[3 * i]!, angles[3 * i + 1]!, angles[3 * i + 2]!];
      const turned = rotate(tensor(Float64Array.from(psi), [1, L * L, 1]), { alpha, beta, gamma }, { L, basis: 'real' }).dataSync();
      const inner = f.dataSync().reduce((total, value, k) => total + value * turned[k]!, 0);
      expect(directValue(out, L, N, alpha, beta, gamma)).toBeCloseTo(inner, 11);
    }
  });

  test('the bias is a constant function', () => {
    const layer = new nn.ZonalConvolution({ L: 3, channelsIn: 1, channelsOut: 2, dtype: 'float64' });
    layer.bias!.assign(tensor(Float64Array.of(1, -2), [2]));
    const values = layer.forward(tensor(new Float64Array(9), [1, 9, 1])).dataSync();
    expect(values[0]).toBeCloseTo(Math.sqrt(4 * Math.PI), 12);
    expect(values[1]).toBeCloseTo(-2 * Math.sqrt(4 * Math.PI), 12);
    expect([...values].slice(2).every((value) => value === 0)).toBe(true);
  });
});

describe('SignalNorm', () => {
  test.each<[string, number | undefined]>([
    ['the sphere', undefined],
    ['SO(3)', 3],
  ])('values on %s have mean square 1, for each channel', (_, N) => {
    const [L, channels] = [5, 3];
    random.seed(9);
    const x = mul(random.normal([40, typeSize(N === undefined ? s2Type(L) : so3Type(L, N)), channels], { dtype: 'float64' }), 7);
    const norm = new nn.SignalNorm({ L, ...(N !== undefined && { N }), channels, momentum: 1, dtype: 'float64' });
    const y = norm.forward(x);
    const domain = N === undefined ? 'sphere' : 'group';
    const plan = groupGrid({ L, N: N ?? 1, gridL: L, gridN: N ?? 1, domain, dtype: 'float64', deviceCode: cpu });
    const weights = native.math.quadratureWeights('gl', L, L, plan.sizes.nAlpha);
    const squares = square(plan.inverse(y)).dataSync();
    const perRing = squares.length / 40 / L / channels;
    for (let c = 0; c < channels; c++) {
      let total = 0;
      for (let i = c; i < squares.length; i += channels) total += squares[i]! * weights[Math.floor(i / channels / perRing) % L]!;
      expect(total / (4 * Math.PI * 40 * plan.sizes.nGamma)).toBeCloseTo(1, 12);
    }
    // With momentum 1 the running average is this batch's.
    expect(relativeError(norm.eval().forward(x).dataSync(), y.dataSync())).toBeLessThan(1e-14);
  });

  test('silence stays silence, with a gradient', () => {
    const norm = new nn.SignalNorm({ L: 2, channels: 1, dtype: 'float64' });
    const x = tensor(new Float64Array(8), [2, 4, 1]);
    expect([...norm.forward(x).dataSync()]).toEqual(new Array(8).fill(0));
    expect([...grad((y) => sum(norm.forward(y)))(x).dataSync()].every(Number.isFinite)).toBe(true);
  });

  test('bad options', () => {
    for (const options of [{ channels: 0 }, { momentum: 2 }, { eps: 0 }, { N: 9 }]) {
      const make = (): unknown => new nn.SignalNorm({ L: 3, channels: 1, ...options });
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
    }
  });
});
