import { type Basis, type MixingSet, type Tensor, cast, clebschGordan, grads, mul, sum, tensorProduct, wignerD } from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { ReferenceSet, relativeError } from '../support/reference.js';

const reference = new ReferenceSet('cg');
const dtypes = ['float64', 'float32'] as const;

interface ReferenceCase {
  readonly name: string;
  readonly kind: string;
  readonly params: {
    basis: Basis;
    l1: number;
    l2: number;
    l: number;
    edgeSet: string;
    tauX: number[];
    tauY: number[];
    tauOut: number[];
    inputs: number;
  };
  readonly files: Record<string, string>;
  readonly tolerance: { float64: number; float32: number };
}

const cases = (kind: string): ReferenceCase[] =>
  reference.present ? reference.json<{ cases: ReferenceCase[] }>('index.json').cases.filter((c) => c.kind === kind) : [];

const single = (x: Tensor): Tensor => cast(x, x.dtype === 'complex128' ? 'complex64' : 'float32');

const errorOf = (got: Tensor, want: Tensor): number => relativeError(got.dataSync(), want.dataSync());

function largest(got: Float64Array, want: ArrayLike<number>): number {
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - want[i]!)), 0);
}

/** Dense tables of degree 128 would be large. */
function couplings(l1: number, l2: number, l: number, basis: Basis): Map<string, number> {
  const list = native.math.couplings(l1, l2, l, basis === 'complex');
  return new Map(Array.from({ length: list.length / 4 }, (_, i) => [`${list[4 * i]} ${list[4 * i + 1]} ${list[4 * i + 2]}`, list[4 * i + 3]!]));
}

function edgesOf({ params, files }: ReferenceCase): MixingSet {
  return reference.json<Record<string, MixingSet>>(files['edges']!)[params.edgeSet]!;
}

reference.describe('vectors of sympy, exact arithmetic and torch', () => {
  test('tables of both bases', () => {
    for (const { params, files, tolerance } of cases('clebschGordan')) {
      const { l1, l2, l, basis } = params;
      expect(largest(clebschGordan(l1, l2, l, { basis }), reference.load(files['values']!).dataSync())).toBeLessThan(tolerance.float64);
    }
  });

  test('single coefficients up to l = 128', () => {
    for (const { params, files, tolerance } of cases('clebschGordanSparse')) {
      const { rows } = reference.json<{ rows: [number, number, number, number, number, number, number][] }>(files['rows']!);
      const tables = new Map<string, Map<string, number>>();
      for (const [l1, m1, l2, m2, l, m, value] of rows) {
        const key = `${l1} ${l2} ${l}`;
        if (!tables.has(key)) tables.set(key, couplings(l1, l2, l, params.basis));
        const got = tables.get(key)!.get(`${m1} ${m2} ${m}`) ?? 0;
        expect(Math.abs(got - value)).toBeLessThan(tolerance.float64);
      }
    }
  });

  test('real Wigner matrices', () => {
    for (const { params, files, tolerance } of cases('wignerReal')) {
      const angles = reference.load(files['angles']!).dataSync();
      const values = reference.load(files['values']!).dataSync();
      const n = (2 * params.l + 1) ** 2;
      for (let k = 0; 3 * k < angles.length; k++) {
        const [alpha, beta, gamma] = [angles[3 * k]!, angles[3 * k + 1]!, angles[3 * k + 2]!];
        expect(largest(wignerD(params.l, { alpha, beta, gamma }, { basis: 'real' }), values.slice(k * n, (k + 1) * n))).toBeLessThan(
          tolerance.float64,
        );
      }
    }
  });

  test.each(cases('product'))('$name', (c) => {
    const { params, files, tolerance } = c;
    const product = productOf(c);
    expect(product.tau).toEqual(params.tauOut);
    const inputs = ['x', 'y'].filter((role) => files[role] !== undefined).map((role) => reference.load(files[role]!));
    const want = reference.load(files['output']!);
    expect(errorOf(product.apply(inputs[0]!, inputs[1]), want)).toBeLessThan(tolerance.float64);
    const [x, y] = inputs.map(single);
    expect(errorOf(product.apply(x!, y), want)).toBeLessThan(tolerance.float32);
  });

  test.each(cases('productBases'))('$name', ({ params, files, tolerance }) => {
    const edges = reference.json<Record<string, MixingSet>>(files['edges']!)[params.edgeSet]!;
    const load = (role: string): Tensor => reference.load(files[role]!);
    for (const basis of ['complex', 'real'] as const) {
      const name = basis === 'complex' ? 'Complex' : 'Real';
      const product = tensorProduct({ tau1: params.tauX, tau2: params.tauY, edges, basis });
      expect(errorOf(product.apply(load(`x${name}`), load(`y${name}`)), load(`output${name}`))).toBeLessThan(tolerance.float64);
    }
  });

  for (const dtype of dtypes) {
    test.each(cases('productGradient'))(`$name, ${dtype}`, (c) => {
      const { files, tolerance } = c;
      const product = productOf(c);
      const load = (role: string): Tensor => (dtype === 'float32' ? single(reference.load(files[role]!)) : reference.load(files[role]!));
      const roles = ['x', 'y'].filter((role) => files[`v_${role}`] !== undefined);
      const inputs = roles.map((role) => load(role));
      const loss = (...x: Tensor[]): Tensor => sum(mul(product.apply(x[0]!, x[1]), load('g')));
      const first = grads(loss)(inputs);
      const along = (...x: Tensor[]): Tensor =>
        grads(loss)(x)
          .map((g, i) => sum(mul(g, load(`v_${roles[i]!}`))))
          .reduce((a, b) => a.add(b));
      const second = grads(along)(inputs);
      roles.forEach((role, i) => {
        expect(errorOf(first[i]!, load(`grad_${role}`))).toBeLessThan(tolerance[dtype]);
        expect(errorOf(second[i]!, load(`hv_${role}`))).toBeLessThan(tolerance[dtype]);
      });
    });
  }
});

function productOf(c: ReferenceCase): ReturnType<typeof tensorProduct> {
  const { tauX, tauY, basis, inputs } = c.params;
  return tensorProduct({ tau1: tauX, ...(inputs === 2 ? { tau2: tauY } : {}), edges: edgesOf(c), basis });
}

test('signs to test first', () => {
  const table = (l1: number, l2: number, l: number): Float64Array => clebschGordan(l1, l2, l, { basis: 'real' });
  expect(table(1, 1, 1)[(0 * 3 + 1) * 3 + 2]).toBeCloseTo(Math.SQRT1_2, 15);
  expect(table(1, 1, 0)[0]).toBeCloseTo(-1 / Math.sqrt(3), 15);
  expect(table(1, 1, 2)[(1 * 3 + 1) * 5 + 2]).toBeCloseTo(0.816496580927726, 15);
  expect(() => table(1, 1, 3)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});
