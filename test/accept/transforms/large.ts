import { abs, max, random, s2Transform, sub, tidy } from '../../../lib/index.js';
import type { Report } from '../report.js';

/** The largest bandlimit, there and back, in a process of its own. */
export function measure(report: Report): Promise<void> {
  random.seed(1);
  const L = 4096;
  const error = tidy(() => {
    const plan = s2Transform({ L, sampling: 'gl', real: true, dtype: 'float64' });
    const c = random.normal([L * L, 1], { dtype: 'float64' });
    return max(abs(sub(plan.forward(plan.inverse(c)), c))).dataSync()[0]!;
  });
  report.note('large.L4096-round-trip', error);
  report.atMost('large.L4096-peak-memory-GiB', process.resourceUsage().maxRSS / 2 ** 20, 4);
  return Promise.resolve();
}
