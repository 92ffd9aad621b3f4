import {
  type Tensor,
  mul,
  random,
  reshape,
  rotate,
  s2Correlation,
  so3Correlation,
  so3Transform,
  so3Type,
  tensor,
  tidy,
  typeSize,
  wignerD,
} from '../../../lib/index.js';
import { innerProduct, normal } from '../../support/signals.js';
import type { Report } from '../report.js';

/** Value of a real signal on SO(3) at a rotation: sum (2l+1)/(8 pi^2) c_lmn D^real_lmn. */
function valueAt(c: Float64Array, L: number, N: number, angles: { alpha: number; beta: number; gamma: number }): number {
  let [value, row] = [0, 0];
  so3Type(L, N).forEach((fragments, l) => {
    const d = wignerD(l, angles, { basis: 'real' });
    const most = (fragments - 1) / 2;
    for (let m = -l; m <= l; m++) {
      for (let n = -most; n <= most; n++) value += ((2 * l + 1) / (8 * Math.PI ** 2)) * c[row++]! * d[(m + l) * (2 * l + 1) + n + l]!;
    }
  });
  return value;
}

/** Largest difference between the correlation's value and the inner product with the turned filter, relative to the norms. */
function integralError(L: number, group: boolean): number {
  const rows = group ? typeSize(so3Type(L)) : L * L;
  const [f, psi] = [normal([rows, 1], 'float64'), normal([rows, 1], 'float64')];
  const filter = reshape(psi, [rows, 1, 1]);
  const out = (group ? so3Correlation(f, filter, { L, basis: 'real' }) : s2Correlation(f, filter, { L, basis: 'real' })).dataSync();
  const tau = group ? so3Type(L) : new Array<number>(L).fill(1);
  // On SO(3) the integral of a product is sum (2l+1)/(8 pi^2) c c'
  const weighted = (x: Tensor): Tensor => (group ? scaled(x, L) : x);
  const [own, scale] = [weighted(f), Math.sqrt(innerProduct(weighted(f), f) * innerProduct(weighted(psi), psi))];
  let worst = 0;
  for (let i = 0; i < 20; i++) {
    const [alpha, beta, gamma] = random.rotations(1).dataSync() as unknown as [number, number, number];
    const turned = rotate(psi, { alpha, beta, gamma }, { tau, basis: 'real' });
    worst = Math.max(worst, Math.abs(valueAt(out as Float64Array, L, L, { alpha, beta, gamma }) - innerProduct(turned, own)) / scale);
  }
  return worst;
}

/** x times (2l+1)/(8 pi^2), row by row. */
function scaled(x: Tensor, L: number): Tensor {
  const factors = so3Type(L).flatMap((n, l) => new Array<number>((2 * l + 1) * n).fill((2 * l + 1) / (8 * Math.PI ** 2)));
  return mul(x, tensor(factors, [factors.length, 1], { dtype: 'float64' }));
}

/**
 * Seconds for the correlation of two signals on the sphere at all nodes of the mw grid of SO(3): by harmonics, and by the naive sum of a product over
 * the degrees and orders at each rotation, of which some are timed.
 */
function seconds(L: number): { fast: number; naive: number } {
  const [f, psi] = [normal([L * L, 1], 'float64'), normal([L * L, 1, 1], 'float64')];
  const plan = so3Transform({ L, real: true, dtype: 'float64' });
  const run = (): number => plan.inverse(s2Correlation(f, psi, { L, basis: 'real' })).dataSync()[0]!;
  run();
  const repeats = 20;
  let start = performance.now();
  for (let i = 0; i < repeats; i++) tidy(run);
  const fast = (performance.now() - start) / 1000 / repeats;
  const flat = reshape(psi, [L * L, 1]);
  const rotations = 50;
  start = performance.now();
  for (let i = 0; i < rotations; i++) tidy(() => innerProduct(rotate(flat, { alpha: i, beta: 1, gamma: 2 }, { L, basis: 'real' }), f));
  const naive = ((performance.now() - start) / 1000 / rotations) * plan.nAlpha * plan.nBeta * plan.nGamma;
  return { fast, naive };
}

export function measure(report: Report): Promise<void> {
  random.seed(5);
  for (const L of [4, 8, 16]) {
    report.atMost(
      `correlation.sphere-L${L}-against-integral`,
      tidy(() => integralError(L, false)),
      1e-12,
    );
    if (L < 16)
      report.atMost(
        `correlation.group-L${L}-against-integral`,
        tidy(() => integralError(L, true)),
        1e-12,
      );
  }
  let before: ReturnType<typeof seconds> | undefined;
  for (const L of [8, 16, 32]) {
    const now = tidy(() => seconds(L));
    report.note(`correlation.L${L}-naive-over-fast-time`, now.naive / now.fast);
    if (before) {
      report.note(`correlation.L${L}-growth-exponent-fast`, Math.log2(now.fast / before.fast));
      report.note(`correlation.L${L}-growth-exponent-naive`, Math.log2(now.naive / before.naive));
    }
    before = now;
  }
  return Promise.resolve();
}
