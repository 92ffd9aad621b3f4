import {
  type S2Transform,
  type SO3Transform,
  planCache,
  random,
  s2Transform,
  so3Transform,
  so3Type,
  tidy,
  typeSize,
} from '../../../lib/index.js';
import type { Report } from '../report.js';

/** Seconds until both directions of a plan have run once from nothing, less those of running them again. */
function buildSeconds(make: () => S2Transform | SO3Transform, size: number): number {
  planCache.clear();
  const run = (plan: S2Transform | SO3Transform): void =>
    void plan.forward(plan.inverse(random.normal([size, 1], { dtype: 'float64' }))).dataSync();
  const seconds = (f: () => void): number => {
    const start = performance.now();
    tidy(f);
    return (performance.now() - start) / 1000;
  };
  let plan!: S2Transform | SO3Transform;
  const first = seconds(() => run((plan = make())));
  return first - seconds(() => run(plan));
}

export function measure(report: Report): Promise<void> {
  const common = { real: true, dtype: 'float64' } as const;
  const s2 = (L: number, method: 'table' | 'recursion'): number => buildSeconds(() => s2Transform({ ...common, L, method }), L * L);
  report.atMost('plan.sphere-L128-table-seconds', s2(128, 'table'), 0.3);
  report.atMost('plan.sphere-L2048-recursion-seconds', s2(2048, 'recursion'), 1);
  const size = typeSize(so3Type(64));
  report.atMost(
    'plan.group-L64-N64-table-seconds',
    buildSeconds(() => so3Transform({ ...common, L: 64, method: 'table' }), size),
    2,
  );
  return Promise.resolve();
}
