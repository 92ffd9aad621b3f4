import { ClebschError } from '../errors.js';
import { native } from '../native.js';
import type { LegendreOptions } from '../ops/legendre.js';
import type { Tensor } from '../tensor.js';
import { GroupTable } from './group_table.js';
import { PolarRecursion } from './polar_recursion.js';
import type { Method, MethodOption, PolarSizes, PolarStep } from './polar_step.js';
import { PolarTable } from './polar_table.js';
import { RealGroupRecursion } from './real_group_recursion.js';

function recursionOf(sizes: PolarSizes): PolarStep {
  return sizes.group && sizes.real ? new RealGroupRecursion(sizes) : new PolarRecursion(sizes);
}

function tableOf(sizes: PolarSizes, dtype: 'float32' | 'float64'): PolarStep {
  return sizes.group ? new GroupTable(sizes, dtype) : new PolarTable(sizes, dtype);
}

/**
 * Takes tables or the recursion from call to call, as measured (`npm run bench -- --filter polar`). On SO(3) tables win as long as the plan cache takes
 * them. On the sphere the recursion wins, but for many maps, which share what is read of small tables. Where it resamples mw and mwss, tables win up to larger
 * sizes.
 */
class PolarChoice implements PolarStep {
  private latest: Method;
  private madeRecursion: PolarStep | undefined;

  constructor(
    private readonly sizes: PolarSizes,
    private readonly table: PolarStep,
  ) {
    this.latest = this.choose(1, true);
  }

  /** Of the latest call; before that, of the inverse transform of one map. */
  get method(): Method {
    return this.latest;
  }

  get bytes(): number {
    return this.latest === 'table' ? this.table.bytes : 0;
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    this.latest = this.choose(x.shape[0]! * x.shape.at(-1)!, inverse);
    return this.step.synthesis(x, inverse);
  }

  analysis(rings: Tensor, inverse: boolean): Tensor {
    this.latest = this.choose(rings.shape[0]! * rings.shape.at(-1)!, inverse);
    return this.step.analysis(rings, inverse);
  }

  sums(signals: number, inverse: boolean): LegendreOptions | undefined {
    this.latest = this.choose(signals, inverse);
    return this.step.sums?.(signals, inverse);
  }

  private get step(): PolarStep {
    return this.latest === 'table' ? this.table : (this.madeRecursion ??= recursionOf(this.sizes));
  }

  private choose(signals: number, inverse: boolean): Method {
    const { group, real, sampling } = this.sizes;
    const { bytes } = this.table;
    const maps = real ? signals : 2 * signals;
    if (bytes > native.planCache.limit()) return 'recursion';
    if (group) return 'table';
    const resampled = !inverse && (sampling === 'mw' || sampling === 'mwss');
    const wins = bytes <= 4 << 20 ? resampled || maps >= 64 : resampled && bytes <= 16 << 20 && maps >= 8;
    return wins ? 'table' : 'recursion';
  }
}

/** The polar step of a plan. Throws ERR_MEMORY where tables are asked for that the plan cache does not take. */
export function choosePolarStep(op: string, sizes: PolarSizes, dtype: 'float32' | 'float64', method: MethodOption): PolarStep {
  if (method === 'recursion') return recursionOf(sizes);
  const table = tableOf(sizes, dtype);
  if (method === 'auto') return new PolarChoice(sizes, table);
  const limit = native.planCache.limit();
  if (table.bytes / 2 > limit) {
    throw new ClebschError('ERR_MEMORY', op, `[${op}] expected tables of at most ${limit} bytes (planCache.limit), got ${table.bytes / 2}`);
  }
  return table;
}
