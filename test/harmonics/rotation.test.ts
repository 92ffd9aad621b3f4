import {
  type Tensor,
  complex,
  grad,
  hvp,
  mul,
  random,
  reshape,
  rotate,
  s2Type,
  slice,
  square,
  stack,
  sum,
  tensor,
  toComplexBasis,
  toRealBasis,
  typeSize,
  wignerD,
  wignerSmallD,
} from '../../lib/index.js';
import { relativeError } from '../support/reference.js';
import { rotationError, smallDError, smallDOrthogonality, transformReference as reference } from '../support/reference_transforms.js';

const float64 = { dtype: 'float64' } as const;
const difference = (a: Tensor, b: Tensor): number => relativeError(a.dataSync(), b.dataSync());

reference.describe('vectors of ssht, mpmath and ducc', () => {
  test.each([8, 16])('rotation, L = %d', (L) => {
    expect(rotationError(L)).toBeLessThan(1e-13);
  });

  test('small d to l = 64', () => {
    expect(smallDError(0, 32)).toBeLessThan(1e-13);
    expect(smallDError(33, 64)).toBeLessThan(1e-12);
  });
});

test('d^l is orthogonal to 1e-12 up to l = 128, and d^1_10 = -sin(beta)/sqrt(2)', () => {
  expect(wignerSmallD(1, 0.7)[2 * 3 + 1]).toBeCloseTo(-Math.sin(0.7) / Math.SQRT2, 15);
  for (const l of [0, 1, 32, 128]) expect(smallDOrthogonality(l, 1.1)).toBeLessThan(1e-12);
});

test('a signal turns as its Wigner matrices say, in both bases and for general types', () => {
  const angles = { alpha: 0.4, beta: 2.2, gamma: -1.3 };
  const tau = [2, 0, 3, 1];
  const x = random.normal([2, typeSize(tau), 5], float64);
  const turned = rotate(x, angles, { tau, basis: 'real' });
  let row = 0;
  tau.forEach((fragments, l) => {
    if (fragments === 0) return;
    const [n, rows] = [2 * l + 1, (2 * l + 1) * fragments];
    const part = (t: Tensor): Tensor => reshape(slice(t, [0, row, 0], [2, rows, 5]), [2, n, fragments * 5]);
    const matrix = tensor(wignerD(l, angles, { basis: 'real' }), [n, n]);
    expect(difference(matrix.matmul(part(x)), part(turned))).toBeLessThan(1e-14);
    row += rows;
  });
  const flm = toComplexBasis(complex(x, square(x)), tau);
  const direct = toComplexBasis(rotate(toRealBasis(flm, tau), angles, { tau, basis: 'real' }), tau);
  expect(difference(rotate(flm, angles, { tau, basis: 'complex' }), direct)).toBeLessThan(1e-14);
});

test('many rotations at once, broadcast against the batch; rotations compose and undo each other', () => {
  const L = 7;
  const x = random.normal([4, 3, L * L, 2], float64);
  const angles = random.rotations(3);
  const all = rotate(x, angles, { L, basis: 'real' });
  const each = [0, 1, 2].map((i) => {
    const [alpha, beta, gamma] = slice(angles, [i, 0], [1, 3]).dataSync() as unknown as [number, number, number];
    const one = rotate(slice(x, [0, i, 0, 0], [4, 1, L * L, 2]), { alpha, beta, gamma }, { L, basis: 'real' });
    expect(
      difference(
        rotate(one, { alpha: -gamma, beta: -beta, gamma: -alpha }, { L, basis: 'real' }),
        slice(x, [0, i, 0, 0], [4, 1, L * L, 2]),
      ),
    ).toBeLessThan(1e-13);
    return reshape(one, [4, L * L, 2]);
  });
  expect(difference(stack(each, 1), all)).toBeLessThan(1e-14);
});

test('coefficients on SO(3) turn in m, for every n', () => {
  const [L, N] = [4, 2];
  const x = complex(random.normal([2, 2 * N - 1, L * L, 1], float64), random.normal([2, 2 * N - 1, L * L, 1], float64));
  const angles = random.rotations(2);
  const turned = rotate(x, angles, { L, N, basis: 'complex' });
  for (let n = 0; n < 2 * N - 1; n++) {
    const part = (t: Tensor): Tensor => reshape(slice(t, [0, n, 0, 0], [2, 1, L * L, 1]), [2, L * L, 1]);
    expect(difference(rotate(part(x), angles, { L, basis: 'complex' }), part(turned))).toBeLessThan(1e-14);
  }
});

test.each([0, Math.PI, 1.2])('first and second derivatives by the angles, beta = %p', (beta) => {
  const L = 4;
  const x = random.normal([L * L, 2], float64);
  const y = random.normal([L * L, 2], float64);
  const f = (angles: Tensor): Tensor => sum(mul(y, square(rotate(x, angles, { L, basis: 'real' }))));
  const at = tensor([0.3, beta, -0.8], [3], float64);
  const v = tensor([0.5, -0.2, 0.9], [3], float64);
  const step = 1e-4;
  const moved = (k: number): Tensor => at.add(v.mul(k * step));
  const slope = (g: (k: number) => number): number => (8 * (g(1) - g(-1)) - (g(2) - g(-2))) / (12 * step);
  const first = sum(mul(grad(f)(at), v)).dataSync()[0]!;
  expect(first).toBeCloseTo(
    slope((k) => f(moved(k)).dataSync()[0]!),
    6,
  );
  const second = sum(mul(hvp(f)(at, v), v)).dataSync()[0]!;
  expect(second).toBeCloseTo(
    slope((k) => sum(mul(grad(f)(moved(k)), v)).dataSync()[0]!),
    5,
  );
});

test('the type of one fragment per degree is that of the sphere', () => {
  const x = random.normal([16, 1], float64);
  const angles = { alpha: 1, beta: 2, gamma: 3 };
  expect(difference(rotate(x, angles, { L: 4, basis: 'real' }), rotate(x, angles, { tau: s2Type(4), basis: 'real' }))).toBe(0);
  expect(rotate(random.normal([0, 16, 3]), angles, { L: 4, basis: 'real' }).shape).toEqual([0, 16, 3]);
});
