import type { Tensor } from '../../../lib/index.js';
import { type FourierOptions, fourierAnalysis, fourierSynthesis } from '../../../lib/ops/fourier.js';
import { type Case, complexes, floats } from '../case.js';
import { type Complex, type Plain, add, at, build, conj, cx, mul } from '../plain.js';

type Factor = (p: number, r: number, column: number) => Complex;

/** The points of ring r, their offset, and the number of points before it. */
interface Ring {
  readonly n: number;
  readonly offset: number;
  readonly first: number;
}

function ringsOf({ points, rings, offset = 0 }: FourierOptions): Ring[] {
  const count = [points, offset].reduce<number>((n, list) => (typeof list === 'number' ? n : list.length), rings ?? 1);
  let first = 0;
  return Array.from({ length: count }, (_, r) => {
    const ring = { n: typeof points === 'number' ? points : points[r]!, offset: typeof offset === 'number' ? offset : offset[r]!, first };
    first += ring.n;
    return ring;
  });
}

/** What the wave of a column is at point p of ring r. */
function factorOf({ orders, sign = 1, scale = 1 }: FourierOptions, rings: readonly Ring[], complex: boolean): Factor {
  return (p, r, column) => {
    const { n, offset } = rings[r]!;
    const phi = (m: number): number => (2 * Math.PI * ((m * (p + offset)) % n)) / n;
    if (complex) {
      const angle = sign * phi(column - (orders - 1));
      return cx(scale * Math.cos(angle), scale * Math.sin(angle));
    }
    const m = Math.ceil(column / 2);
    if (m === 0) return cx(scale);
    return cx(scale * Math.SQRT2 * (-1) ** m * (column % 2 === 1 ? Math.cos(phi(m)) : sign * Math.sin(phi(m))));
  };
}

function sum(count: number, term: (i: number) => Complex): Complex {
  let total = cx(0);
  for (let i = 0; i < count; i++) total = add(total, term(i));
  return total;
}

interface Signal {
  readonly outer: number;
  readonly inner: number;
}

interface References {
  readonly waves: readonly number[];
  readonly samples: readonly number[];
  readonly synthesis: (x: Plain) => Plain;
  readonly analysis: (f: Plain) => Plain;
}

/** Both sums, term by term, and the shapes that they are between. */
export function fourierReferences(complex: boolean, options: FourierOptions, { outer, inner }: Signal): References {
  const rings = ringsOf(options);
  const columns = 2 * options.orders - 1;
  const points = rings.reduce((total, { n }) => total + n, 0);
  const factor = factorOf(options, rings, complex);
  const ringOf = rings.flatMap(({ n }, r) => new Array<number>(n).fill(r));
  const [waves, samples] = [
    [outer, rings.length, columns, inner],
    [outer, points, inner],
  ];
  const synthesis = (x: Plain): Plain =>
    build(samples, ([o, point, i]) => {
      const r = ringOf[point!]!;
      const p = point! - rings[r]!.first;
      return sum(columns, (column) => mul(at(x, [o!, r, column, i!]), factor(p, r, column)));
    });
  const analysis = (f: Plain): Plain =>
    build(waves, ([o, r, column, i]) => {
      const { n, first } = rings[r!]!;
      return sum(n, (p) => mul(at(f, [o!, first + p, i!]), conj(factor(p, r!, column!))));
    });
  return { waves, samples, synthesis, analysis };
}

function pairOf(kind: 'real' | 'complex', options: FourierOptions, signal: Signal, title: string): Case[] {
  const { waves, samples, synthesis, analysis } = fourierReferences(kind === 'complex', options, signal);
  const common = {
    dtypes: kind === 'real' ? floats : complexes,
    tolerance: { float32: 1e-5, float64: 1e-13, complex64: 1e-5, complex128: 2e-13 },
    skipGradient: signal.outer * signal.inner * (samples[1]! + 2 * options.orders - 1) > 300,
    linear: [[0]],
  };
  const name = `of ${kind} numbers, ${title}, ${signal.outer} x ${signal.inner}`;
  return [
    {
      ...common,
      name: `fourierSynthesis ${name}`,
      op: 'fourierSynthesis',
      inputs: [{ shape: waves }],
      call: (x: Tensor) => fourierSynthesis(x, options),
      reference: synthesis,
    },
    {
      ...common,
      name: `fourierAnalysis ${name}`,
      op: 'fourierAnalysis',
      inputs: [{ shape: samples }],
      call: (f: Tensor) => fourierAnalysis(f, options),
      reference: analysis,
    },
  ];
}

function casesOf(options: FourierOptions, signal: Signal, title?: string): Case[] {
  const { orders, points, rings = 1 } = options;
  const offset = options.offset === undefined ? '' : ', offset';
  const own = title ?? `${rings} x ${String(points)} points, M = ${orders}${offset}`;
  return (['real', 'complex'] as const).flatMap((kind) => [
    ...pairOf(kind, options, signal, own),
    ...pairOf(kind, { ...options, sign: -1 }, signal, `${own}, sign -1`),
  ]);
}

const sizes: readonly (readonly [n: number, orders: number])[] = [
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [5, 3],
  [7, 4],
  [8, 4],
  [9, 7],
  [11, 5],
  [12, 5],
  [13, 7],
  [16, 6],
  [17, 9],
  [31, 16],
  [33, 12],
  [43, 22],
  [45, 23],
  [63, 32],
  [64, 30],
  [73, 37],
  [93, 47],
  [98, 50],
  [121, 61],
  [127, 64],
  [128, 64],
  [130, 60],
  [225, 112],
  [289, 9],
  [346, 30],
];

export const fourierCases: readonly Case[] = [
  ...sizes.flatMap(([points, orders]) => casesOf({ points, orders, rings: 2 }, { outer: 1, inner: 3 })),
  ...[31 * 31, 43 * 47].flatMap((points) => casesOf({ points, orders: 9, scale: 0.125 }, { outer: 2, inner: 1 })),
  ...casesOf({ points: 257, orders: 129 }, { outer: 1, inner: 1 }),
  ...casesOf({ points: 509, orders: 9, offset: 0.5, scale: 0.25 }, { outer: 1, inner: 2 }),
  ...casesOf({ points: 2 * 173, orders: 175, offset: 0.5 }, { outer: 1, inner: 1 }),
  ...casesOf({ points: 15, orders: 8, rings: 3, offset: 0.5, scale: -2 }, { outer: 3, inner: 1 }),
  ...casesOf({ points: 16, orders: 9, rings: 7, offset: 0.3 }, { outer: 5, inner: 1 }),
  ...casesOf({ points: 63, orders: 32, rings: 17 }, { outer: 2, inner: 1 }),
  ...casesOf({ points: 12, orders: 6, rings: 2, scale: 0.5 }, { outer: 2, inner: 33 }),
  ...casesOf({ points: 9, orders: 5, rings: 2, offset: 0.5 }, { outer: 2, inner: 33 }),
  ...casesOf({ points: 10, orders: 4, rings: 3 }, { outer: 1, inner: 64 }),
  ...casesOf({ points: 4, orders: 12, rings: 2, offset: 0.5 }, { outer: 2, inner: 3 }),
  ...casesOf({ points: 5, orders: 9, rings: 2, offset: 0.25 }, { outer: 2, inner: 16 }),
  ...casesOf({ points: 1, orders: 5, offset: 0.5 }, { outer: 2, inner: 3 }),
  ...casesOf({ points: 6, orders: 3, rings: 2 }, { outer: 0, inner: 3 }),
  ...casesOf({ points: 6, orders: 3, rings: 2 }, { outer: 2, inner: 0 }),
  ...[1, 3, 33].flatMap((inner) =>
    casesOf(
      {
        points: Int32Array.of(4, 8, 12, 16, 16, 16, 12, 8, 4),
        offset: Float64Array.of(0.5, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0.5),
        orders: 8,
      },
      { outer: 1, inner },
      'rings of 4 to 16 points',
    ),
  ),
  ...casesOf({ points: Int32Array.of(3, 7, 1, 18, 7), orders: 6 }, { outer: 3, inner: 2 }, 'rings of 1 to 18 points'),
];
