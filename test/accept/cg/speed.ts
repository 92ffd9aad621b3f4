import { type Tensor, grads, info, matmul, mixingSet, random, setThreads, tidy } from '../../../lib/index.js';
import { type Milliseconds, alternate, onDevice } from '../../bench/measure.js';
import { productLayer } from '../../bench/products.js';
import { type Report, progress } from '../report.js';

const channels = 32;
const order = 1024;

interface Size {
  readonly L: number;
  readonly batch: number;
  readonly rule: 'mst' | 'full';
  readonly loops?: 'even';
  /** Least share of the machine's multiply-adds, forward and backward, in percent. */
  readonly share?: number;
}

const sizes: readonly Size[] = [
  { L: 8, batch: 64, rule: 'mst', share: 30 },
  { L: 10, batch: 64, rule: 'mst' },
  { L: 16, batch: 64, rule: 'mst', share: 40 },
  { L: 32, batch: 4, rule: 'mst', share: 30 },
  { L: 16, batch: 64, rule: 'mst', loops: 'even' },
  { L: 8, batch: 64, rule: 'full' },
  { L: 10, batch: 64, rule: 'full' },
  { L: 8, batch: 1, rule: 'mst' },
  { L: 16, batch: 1, rule: 'mst', share: 25 },
  { L: 32, batch: 1, rule: 'mst' },
];

/** Medians, in turn: a matrix product, then forward and forward + backward of the fused and of the composed layer. */
async function times({ L, batch, rule, loops }: Size): Promise<{ work: number; all: Milliseconds[] }> {
  return tidy(async () => {
    const layer = productLayer(L, mixingSet(rule, L, loops ? { loops } : {}));
    const square = [random.normal([order, order]), random.normal([order, order])] as const;
    const [x, w, g] = [random.normal([batch, L * L, channels]), random.normal([layer.weightSize]), random.normal([batch, L * L, channels])];
    const both = (f: (x: Tensor, w: Tensor) => Tensor) => [() => void f(x, w), () => void grads(f)([x, w], g)];
    const runs = [() => void matmul(...square), ...both(layer.fused), ...both(layer.composed)];
    const all = await alternate(
      runs.map((run) => onDevice(run, 0)),
      { seconds: 1, most: 25 },
    );
    return { work: layer.work * batch * channels, all };
  });
}

export async function measure(report: Report): Promise<void> {
  const threads = info().cpu.threads;
  setThreads(2);
  for (const size of sizes) {
    const { L, batch, rule, loops, share: least } = size;
    const name = `${rule}${loops ? '-loops-even' : ''}-L${L}-batch-${batch}`;
    const { work, all } = await times(size);
    const [gemm, forward, both, composedForward, composedBoth] = all as [
      Milliseconds,
      Milliseconds,
      Milliseconds,
      Milliseconds,
      Milliseconds,
    ];
    progress(`${name}: ${forward.median.toFixed(3)} ms, with backward ${both.median.toFixed(3)} ms (least ${both.min.toFixed(3)})`);
    // The limit is the best that was seen, the layer counts with its median; backward is twice forward
    const limit = order ** 3 / gemm.min;
    report.note(`speed.${name}-forward-share-of-limit-percent`, (100 * work) / limit / forward.median);
    const share = (300 * work) / limit / both.median;
    if (least === undefined) report.note(`speed.${name}-share-of-limit-percent`, share);
    else report.atLeast(`speed.${name}-share-of-limit-percent`, share, least);
    report.note(`speed.${name}-forward-times-composed`, composedForward.median / forward.median);
    const ratio = composedBoth.median / both.median;
    if (L === 16 && batch > 1 && !loops) report.atLeast(`speed.${name}-times-composed`, ratio, 2);
    else report.note(`speed.${name}-times-composed`, ratio);
  }
  setThreads(threads);
}
