import { type Tensor, tensor } from '../../../lib/index.js';
import { isComplex, realDtype } from '../../../lib/dtype.js';
import { type WignerSizes, wignerAnalysis, wignerSynthesis } from '../../../lib/ops/wigner.js';
import { type Case, complexes, floats, gaussian, generator } from '../case.js';
import { type Complex, type Plain, add, at, build, cx } from '../plain.js';

interface Maps {
  readonly batch?: number;
  readonly channels?: number;
}

/** Any numbers d(t, l, m, n) with the one symmetry that tables rely on, and the table that has them. */
interface Numbers {
  readonly table: readonly number[];
  readonly d: RingNumbers;
}

/** d^l_mn of ring t, or what stands for it. */
export type RingNumbers = (t: number, l: number, m: number, n: number) => number;

const sign = (power: number): number => (power % 2 === 0 ? 1 : -1);

function numbersOf({ L, N, rings }: WignerSizes): Numbers {
  const random = generator(`${L} ${N} ${rings}`);
  const table: number[] = [];
  const known = new Map<string, number>();
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < L; m++) {
      for (const order of m > 0 && n > 0 ? [n, -n] : [n]) {
        for (let t = 0; t < rings; t++) {
          for (let l = Math.max(m, n); l < L; l++) {
            table.push(gaussian(random));
            known.set([t, l, m, order].join(), table.at(-1)!);
          }
        }
      }
    }
  }
  const d = (t: number, l: number, m: number, n: number): number =>
    known.get([t, l, m, n].join()) ?? sign(m - n) * known.get([t, l, -m, -n].join())!;
  return { table, d };
}

/** What wave (m, n) of ring t has of coefficient (l, m, n) and of (l, -m, -n). */
function couplings(d: RingNumbers, real: boolean): (t: number, l: number, m: number, n: number) => [own: number, mirrored: number] {
  if (!real) return (t, l, m, n) => [d(t, l, m, n), 0];
  return (t, l, m, n) => {
    const [direct, crossed] = [d(t, l, Math.abs(m), Math.abs(n)), d(t, l, Math.abs(m), -Math.abs(n))];
    if (m === 0 || n === 0) return [d(t, l, Math.abs(m), Math.abs(n)), 0];
    const half = [(direct + sign(n) * crossed) / 2, (direct - sign(n) * crossed) / 2] as const;
    return [half[0], m > 0 === n > 0 ? half[1] : -half[1]];
  };
}

/** Orders of the columns of waves. */
const orders = (count: number, real: boolean): number[] =>
  Array.from({ length: 2 * count - 1 }, (_, i) => (real ? (i % 2 === 1 ? (i + 1) / 2 : -i / 2) : i - count + 1));

/** Degree and orders of every row of the coefficients. */
function rowsOf({ L, N }: WignerSizes, real: boolean): (readonly [l: number, m: number, n: number])[] {
  const range = (most: number): number[] => Array.from({ length: 2 * most + 1 }, (_, i) => i - most);
  const degrees = Array.from({ length: L }, (_, l) => l);
  if (real) return degrees.flatMap((l) => range(l).flatMap((m) => range(Math.min(l, N - 1)).map((n) => [l, m, n] as const)));
  return range(N - 1).flatMap((n) => degrees.flatMap((l) => range(l).map((m) => [l, m, n] as const)));
}

const scaled = (factor: number, z: Complex): Complex => cx(factor * z.re, factor * z.im);

interface WignerReferences {
  readonly size: number;
  readonly synthesis: (x: Plain) => Plain;
  readonly analysis: (f: Plain) => Plain;
}

/** Both sums, term by term. */
export function wignerReferences(o: WignerSizes, real: boolean, d: RingNumbers): WignerReferences {
  const { L, N, rings, every } = o;
  const rows = rowsOf(o, real);
  const [planes, columns] = [orders(N, real), orders(L, real)];
  const coupling = couplings(d, real);
  const rowAt = new Map(rows.map((row, i) => [row.join(), i]));
  const counts = (l: number, m: number, n: number): boolean => l >= Math.max(Math.abs(m), Math.abs(n)) && (N - 1 - n) % every === 0;
  const terms = (l: number, m: number, n: number, t: number, term: (m: number, n: number) => Complex): Complex => {
    if (!counts(l, m, n)) return cx(0);
    const [own, mirrored] = coupling(t, l, m, n);
    const sum = scaled(own, term(m, n));
    return mirrored === 0 ? sum : add(sum, scaled(mirrored, term(-m, -n)));
  };
  const synthesis = (x: Plain): Plain =>
    build([x.shape[0]!, planes.length, rings, columns.length, x.shape[2]!], ([b, p, t, c, i]) => {
      let sum = cx(0);
      for (let l = 0; l < L; l++) {
        sum = add(
          sum,
          terms(l, columns[c!]!, planes[p!]!, t!, (m, n) => at(x, [b!, rowAt.get([l, m, n].join())!, i!])),
        );
      }
      return sum;
    });
  const analysis = (f: Plain): Plain =>
    build([f.shape[0]!, rows.length, f.shape[4]!], ([b, row, i]) => {
      const [l, ownM, ownN] = rows[row!]!;
      let sum = cx(0);
      for (let t = 0; t < rings; t++) {
        sum = add(
          sum,
          terms(l, ownM, ownN, t, (m, n) => at(f, [b!, planes.indexOf(n), t, columns.indexOf(m), i!])),
        );
      }
      return sum;
    });
  return { size: rows.length, synthesis, analysis };
}

function pair(o: WignerSizes, real: boolean, { batch = 1, channels = 1 }: Maps = {}): Case[] {
  const { L, N, rings, every } = o;
  const numbers = numbersOf(o);
  const { size, synthesis, analysis } = wignerReferences(o, real, numbers.d);
  const waves = [batch, 2 * N - 1, rings, 2 * L - 1, channels];
  const table = ({ dtype, device }: Tensor): Tensor =>
    tensor(numbers.table, [numbers.table.length], { dtype: isComplex(dtype) ? realDtype(dtype) : dtype, device });
  const common = {
    dtypes: real ? floats : complexes,
    linear: [[0]],
    skipGradient: batch * channels * (size + waves.reduce((n, d) => n * d, 1)) > 300,
    // Relative to results of up to about 10
    tolerance: { float32: 2e-5, complex64: 2e-5, float64: 1e-13, complex128: 1e-13 },
  };
  const name = `${real ? 'real' : 'complex'}, L = ${L}, N = ${N}, ${rings} rings${every === 2 ? ', every other n' : ''}, ${batch} x ${channels}`;
  return [
    {
      ...common,
      name: `wigner synthesis, ${name}`,
      op: 'wignerSynthesis',
      inputs: [{ shape: [batch, size, channels] }],
      call: (x) => wignerSynthesis(x, table(x), o),
      reference: synthesis,
    },
    {
      ...common,
      name: `wigner analysis, ${name}`,
      op: 'wignerAnalysis',
      inputs: [{ shape: waves }],
      call: (f) => wignerAnalysis(f, table(f), o),
      reference: analysis,
    },
  ];
}

const both = (o: WignerSizes, maps?: Maps): Case[] => [...pair(o, true, maps), ...pair(o, false, maps)];

export const wignerCases: readonly Case[] = [
  ...[1, 2, 3].flatMap((L) => Array.from({ length: L }, (_, i) => both({ L, N: i + 1, rings: L + 1, every: 1 })).flat()),
  ...both({ L: 5, N: 5, rings: 3, every: 2 }),
  ...both({ L: 5, N: 2, rings: 1, every: 2 }),
  ...both({ L: 11, N: 4, rings: 7, every: 1 }),
  ...both({ L: 9, N: 9, rings: 13, every: 1 }),
  // Panels that are full, that are not, and more than one
  ...[{ batch: 0 }, { channels: 0 }, { batch: 2, channels: 3 }, { channels: 33 }, { batch: 70 }].flatMap((maps) =>
    both({ L: 4, N: 3, rings: 5, every: 1 }, maps),
  ),
];
