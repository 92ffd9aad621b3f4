import { type Dtype, dtypeCode } from '../dtype.js';
import { native } from '../native.js';
import { reshape } from '../ops/views.js';
import { type WignerSizes, wignerAnalysis, wignerSynthesis } from '../ops/wigner.js';
import { tidy } from '../scope.js';
import { Tensor } from '../tensor.js';
import type { PolarSizes, PolarStep } from './polar_step.js';

/** Bytes of the table of one direction: blocks of all order pairs with m >= 0, of those with m = 0 where n >= 0. */
export function groupTableBytes({ L, N, rings }: Omit<WignerSizes, 'every'>, dtype: Dtype): number {
  let numbers = (L * (L + 1)) / 2;
  for (let n = 1; n < N; n++) numbers += (L - n) * (L + n);
  return rings * numbers * (dtype === 'float64' ? 8 : 4);
}

/** The polar step on SO(3) by tables: of real and of complex signals with the same. */
export class GroupTable implements PolarStep {
  readonly method = 'table';
  readonly bytes: number;
  private readonly own: WignerSizes;

  constructor(
    private readonly sizes: PolarSizes,
    private readonly dtype: Dtype,
  ) {
    const { L, lastN, rings, every } = sizes;
    this.own = { L, N: lastN + 1, rings, every };
    this.bytes = 2 * groupTableBytes(this.own, dtype);
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    const { L, N, rings } = this.own;
    return tidy(() => {
      const waves = wignerSynthesis(x, this.table(inverse, x), this.own);
      return reshape(waves, [x.shape[0]!, (2 * N - 1) * rings, 2 * L - 1, x.shape[2]!]);
    });
  }

  analysis(rings: Tensor, inverse: boolean): Tensor {
    const { L, N } = this.own;
    return tidy(() => {
      const waves = reshape(rings, [rings.shape[0]!, 2 * N - 1, this.own.rings, 2 * L - 1, rings.shape[3]!]);
      return wignerAnalysis(waves, this.table(inverse, rings), this.own);
    });
  }

  /** From the native plan cache: asking again costs a look-up. */
  private table(inverse: boolean, like: Tensor): Tensor {
    const { L, N } = this.own;
    const code = dtypeCode('so3Transform', this.dtype);
    return Tensor.fromNative(native.math.groupTable(inverse, this.sizes.sampling, L, N, code, like.deviceCode));
  }
}
