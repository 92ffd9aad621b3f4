import { type GroupBandlimits, groupToComplexBasis, groupToRealBasis } from '../harmonics/group_basis.js';
import { checkWhole } from '../harmonics/sampling.js';
import { complexDtype } from '../dtype.js';
import { slice } from '../ops/blocks.js';
import { conj } from '../ops/conjugate.js';
import { add } from '../ops/elementwise.js';
import { cast } from '../ops/layout.js';
import { real, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type RowSource, checkRows, takeRows } from './rows.js';

// Complex coefficients of ssht ([L*L]) and of so3's padded storage, n from -(N-1) ([2N-1, L*L]), are ours as they are.

/**
 * Real-basis coefficients [..., typeSize(so3Type(L, N)), C] of real signals on SO(3) from so3's, complex [..., N, L*L, C] for n >= 0; the others are
 * f_{l,-m,-n} = (-1)^{m+n} conj f_lmn.
 */
export function fromSO3Real(x: Tensor, limits: GroupBandlimits): Tensor {
  const op = 'fromSO3Real';
  const L = checkWhole(op, 'L', limits.L, 1, 4096);
  const N = checkWhole(op, 'N', limits.N, 1, L);
  checkRows(op, x, [N, L * L], 'complex');
  const own: RowSource[] = [];
  const mirrored: RowSource[] = [];
  for (let n = 1 - N; n < N; n++) {
    for (let l = 0; l < L; l++) {
      for (let m = -l; m <= l; m++) {
        own.push({ from: n >= 0 ? n * L * L + l * l + l + m : -1, factor: 1 });
        mirrored.push({ from: n < 0 ? -n * L * L + l * l + l - m : -1, factor: (m + n) % 2 === 0 ? 1 : -1 });
      }
    }
  }
  const [lead, channels] = [x.shape.slice(0, -3), x.shape.at(-1)!];
  return tidy(() => {
    const flat = reshape(x, [...lead, N * L * L, channels]);
    const whole = add(takeRows(flat, own), takeRows(conj(flat), mirrored));
    return real(groupToRealBasis(reshape(whole, [...lead, 2 * N - 1, L * L, channels]), limits));
  });
}

/** The inverse of {@link fromSO3Real}. */
export function toSO3Real(c: Tensor, limits: GroupBandlimits): Tensor {
  const { L, N } = limits;
  return tidy(() => {
    const whole = groupToComplexBasis(cast(c, complexDtype(c.dtype)), limits);
    const rank = whole.shape.length;
    const begin = whole.shape.map((_, i) => (i === rank - 3 ? N - 1 : 0));
    return slice(whole, begin, [...whole.shape.slice(0, -3), N, L * L, whole.shape.at(-1)!]);
  });
}
