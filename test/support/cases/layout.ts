import {
  cast,
  concat,
  contiguous,
  flip,
  fold,
  gatherRows,
  pad,
  scatterRows,
  stack,
  toDevice,
  transpose,
  unfold,
} from '../../../lib/index.js';
import type { Window } from '../../../lib/ops/rows.js';
import { type Case, type Input, complexes, every, floating } from '../case.js';
import { type Complex, type Plain, add, at, build, cx, indices } from '../plain.js';

const all = { dtypes: every, linear: [[0]] };
const identity = (x: Plain): Plain => x;

/** int32 index with entries out of range and repeats. */
const rowIndex: Input = { shape: [6], dtype: 'int32', values: [2, 0, -1, 2, 7, 4] };

const gathered = (x: Plain): Plain =>
  build([3, 6, 2], ([i, k, j]) => {
    const row = rowIndex.values![k!]!;
    return row >= 0 && row < 5 ? at(x, [i!, row, j!]) : cx(0);
  });

const scattered = (x: Plain): Plain =>
  build([3, 5, 2], ([i, row, j]) => rowIndex.values!.map((r, k) => (r === row ? at(x, [i!, k, j!]) : cx(0))).reduce((a, b) => add(a, b)));

const window: Window = [3, 2, 2, 1, 1, 0, 0, 1];

/** Where patch (oy, ox, ky, kx) looks in the image, or undefined outside. */
function place([oy, ox, ky, kx]: readonly number[], height: number, width: number): [number, number] | undefined {
  const y = oy! * window[2] + ky! - window[4];
  const x = ox! * window[3] + kx! - window[5];
  return y >= 0 && y < height && x >= 0 && x < width ? [y, x] : undefined;
}

function unfolded(x: Plain): Plain {
  return build([2, 3, 5, 3, 2, 3], ([b, oy, ox, ky, kx, c]) => {
    const p = place([oy!, ox!, ky!, kx!], 6, 5);
    return p ? at(x, [b!, ...p, c!]) : cx(0);
  });
}

function folded(x: Plain): Plain {
  const sums = new Map<string, Complex>();
  for (const [b, oy, ox, ky, kx, c] of indices(x.shape)) {
    const p = place([oy!, ox!, ky!, kx!], 6, 5);
    if (!p) continue;
    const key = [b, ...p, c].join();
    sums.set(key, add(sums.get(key) ?? cx(0), at(x, [b!, oy!, ox!, ky!, kx!, c!])));
  }
  return build([2, 6, 5, 3], (index) => sums.get(index.join()) ?? cx(0));
}

/** Truncation toward zero with saturation, NaN to 0. */
function saturated(low: number, high: number): (x: Plain) => Plain {
  return (x) => build(x.shape, (i) => cx(Math.min(Math.max(Math.trunc(at(x, i).re || 0), low), high)));
}

const wild = [0, -0.5, 1.9, -1.9, 300, -300, 1e12, -1e12, NaN, Infinity, -Infinity, 254.9];

export const layoutCases: Case[] = [
  {
    ...all,
    name: 'contiguous',
    op: 'contiguous',
    inputs: [{ shape: [4, 7] }],
    call: (x) => contiguous(transpose(flip(x, 0))),
    reference: (x) => build([7, 4], ([i, j]) => at(x, [3 - j!, i!])),
  },
  { ...all, name: 'toDevice', op: 'toDevice', inputs: [{ shape: [4, 7] }], call: (x) => toDevice(x, x.device), reference: identity },
  {
    name: 'cast to complex',
    op: 'cast',
    linear: [[0]],
    inputs: [{ shape: [33] }],
    call: (x) => cast(x, 'complex128'),
    reference: identity,
  },
  {
    name: 'cast to real',
    op: 'cast',
    dtypes: complexes,
    linear: [[0]],
    inputs: [{ shape: [33] }],
    call: (x) => cast(x, 'float64'),
    reference: (x) => build(x.shape, (i) => cx(at(x, i).re)),
  },
  {
    name: 'cast of integers',
    op: 'cast',
    dtypes: ['int32', 'uint8'],
    inputs: [{ shape: [9] }],
    call: (x) => cast(x, 'float32'),
    reference: identity,
  },
  {
    name: 'cast to int32',
    op: 'cast',
    inputs: [{ shape: [12], values: wild }],
    call: (x) => cast(x, 'int32'),
    reference: saturated(-(2 ** 31), 2 ** 31 - 1),
    skipGradient: true,
  },
  {
    name: 'cast to uint8',
    op: 'cast',
    inputs: [{ shape: [12], values: wild }],
    call: (x) => cast(x, 'uint8'),
    reference: saturated(0, 255),
    skipGradient: true,
  },
  {
    ...all,
    name: 'pad',
    op: 'pad',
    inputs: [{ shape: [3, 4] }],
    call: (x) => pad(x, [1, 0], [2, 3]),
    reference: (x) => build([6, 7], ([i, j]) => (i! >= 1 && i! < 4 && j! < 4 ? at(x, [i! - 1, j!]) : cx(0))),
  },
  {
    ...all,
    name: 'concat',
    op: 'concat',
    linear: [[0, 1, 2]],
    inputs: [{ shape: [2, 3] }, { shape: [2, 0] }, { shape: [2, 5] }],
    call: (...xs) => concat(xs, -1),
    reference: (a, _, b) => build([2, 8], ([i, j]) => (j! < 3 ? at(a, [i!, j!]) : at(b, [i!, j! - 3]))),
  },
  {
    ...all,
    name: 'stack',
    op: 'concat',
    linear: [[0, 1]],
    inputs: [{ shape: [2, 3] }, { shape: [2, 3] }],
    call: (...xs) => stack(xs, -1),
    reference: (a, b) => build([2, 3, 2], ([i, j, k]) => at(k === 0 ? a : b, [i!, j!])),
  },
  {
    ...all,
    name: 'gatherRows',
    op: 'gatherRows',
    inputs: [{ shape: [3, 5, 2] }, rowIndex],
    call: (x, index) => gatherRows(x, index, 1),
    reference: gathered,
  },
  {
    name: 'scatterRows',
    op: 'scatterRows',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [3, 6, 2] }, rowIndex],
    call: (x, index) => scatterRows(x, index, -2, 5),
    reference: scattered,
  },
  {
    name: 'unfold',
    op: 'unfold',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [2, 6, 5, 3] }],
    call: (x) => unfold(x, window),
    reference: unfolded,
  },
  {
    name: 'fold',
    op: 'fold',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [2, 3, 5, 3, 2, 3] }],
    call: (x) => fold(x, window, 6, 5),
    reference: folded,
  },
];
