import { mixingSet, random, s2Type, tensorProduct, tidy } from '../../../lib/index.js';
import { mixingTerms } from '../../../lib/harmonics/mixing_set.js';
import { native } from '../../../lib/native.js';
import { alternate, onDevice } from '../../bench/measure.js';
import type { Report } from '../report.js';

type Rule = 'full' | 'mst' | 'rmst';
interface Kind {
  readonly name: string;
  readonly rule: Rule;
  readonly options: Parameters<typeof mixingSet>[2];
  /** Edges and terms by bandlimit: the table of the conventions. */
  readonly counts: Readonly<Record<number, readonly [edges: number, terms: number]>>;
}

const kinds: readonly Kind[] = [
  {
    name: 'full',
    rule: 'full',
    options: {},
    counts: { 4: [18, 226], 8: [132, 7332], 10: [255, 22419], 16: [1032, 235592], 32: [8208, 7547024], 64: [65568, 241570080] },
  },
  {
    name: 'full-ordered',
    rule: 'full',
    options: { ordered: true },
    counts: { 4: [34, 478], 8: [260, 14876], 10: [505, 45253], 16: [2056, 472888], 32: [16400, 15107696] },
  },
  {
    name: 'mst',
    rule: 'mst',
    options: {},
    counts: { 4: [13, 117], 8: [57, 1705], 10: [91, 4031], 16: [241, 24913], 32: [993, 375457], 64: [4033, 5805377] },
  },
  {
    name: 'mst-loops-even',
    rule: 'mst',
    options: { loops: 'even' },
    counts: { 4: [16, 174], 8: [75, 2903], 10: [121, 7061], 16: [325, 45661], 32: [1353, 717177], 64: [5521, 11339249] },
  },
  {
    name: 'rmst',
    rule: 'rmst',
    options: {},
    counts: { 4: [10, 68], 8: [29, 507], 10: [46, 1468], 16: [76, 3588], 32: [187, 25723], 64: [442, 192448] },
  },
];

/**
 * Slope of log(terms) over log(L), least squares over every L of 8..32. Octaves count alike with weights 1/L: evenly weighted, 16 of the 25 sizes lie
 * in the last one, and the terms of rmst, whose edges are those at powers of two, rise in one step behind each power of two.
 */
function exponent(rule: Rule, weight: (L: number) => number): number {
  const points = Array.from({ length: 25 }, (_, i) => 8 + i).map((L) => {
    return { x: Math.log(L), y: Math.log(mixingTerms(mixingSet(rule, L))), w: weight(L) };
  });
  const sum = (f: (p: (typeof points)[number]) => number): number => points.reduce((total, p) => total + p.w * f(p), 0);
  const [x, y] = [sum((p) => p.x) / sum(() => 1), sum((p) => p.y) / sum(() => 1)];
  return sum((p) => (p.x - x) * (p.y - y)) / sum((p) => (p.x - x) ** 2);
}

async function channels(report: Report): Promise<void> {
  await tidy(async () => {
    const product = tensorProduct({ tau1: s2Type(16), edges: mixingSet('mst', 16) });
    const counts = [16, 32, 64, 128];
    const runs = counts.map((count) => {
      const x = random.normal([16, 256, count]);
      return onDevice(() => void product.apply(x), 0);
    });
    const times = await alternate(runs, { seconds: 1, most: 30 });
    const each = times.map(({ min }, i) => min / counts[i]!);
    counts.forEach((count, i) => report.note(`time.channel-wise-microseconds-per-channel-C${count}`, 1000 * each[i]!));
    report.atMost('time.channel-wise-largest-over-least-per-channel', Math.max(...each) / Math.min(...each), 1.2);
  });
}

export async function measure(report: Report): Promise<void> {
  for (const { name, rule, options, counts } of kinds) {
    for (const [L, [edges, terms]] of Object.entries(counts)) {
      const set = mixingSet(rule, Number(L), options);
      const found = set.reduce((sum, pairs) => sum + pairs.length, 0);
      report.equal(`counts.${name}-L${L}-edges-terms`, `${found}/${mixingTerms(set)}`, `${edges}/${terms}`);
    }
  }
  for (const [rule, wanted, tolerance] of [
    ['full', 5, 0.2],
    ['mst', 4, 0.2],
    ['rmst', 3, 0.3],
  ] as const) {
    const found = exponent(rule, (L) => 1 / L);
    report.note(`exponent.${rule}`, found);
    report.note(
      `exponent.${rule}-sizes-evenly-weighted`,
      exponent(rule, () => 1),
    );
    report.atMost(`exponent.${rule}-distance-from-${wanted}`, Math.abs(found - wanted), tolerance);
  }
  const start = performance.now();
  for (const [l, pairs] of mixingSet('mst', 32).entries()) for (const [l1, l2] of pairs) native.math.couplings(l1, l2, l, false);
  report.atMost('coefficients.mst-L32-seconds', (performance.now() - start) / 1000, 1);
  await channels(report);
}
