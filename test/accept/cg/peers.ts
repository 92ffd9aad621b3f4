import {
  type MixingSet,
  type Tensor,
  grad,
  grads,
  info,
  mixingSet,
  mul,
  onesLike,
  random,
  setThreads,
  sum,
  tidy,
  abs,
  max,
} from '../../../lib/index.js';
import { alternate, onDevice } from '../../bench/measure.js';
import { type PeerJob, PythonPeer } from '../../bench/peers/python_peer.js';
import { peersOf, productLayer } from '../../bench/products.js';
import { type Effort, type Report, progress } from '../report.js';

const channels = 32;
const least = { 'e3nn eager': 20, other: 10 };

interface Size {
  readonly name: string;
  readonly batch: number;
  readonly edges: MixingSet;
}

const sizes = (quick: boolean): Size[] => [
  ...[8, 10, ...(quick ? [] : [16])].flatMap((L) => [
    { name: `mst-L${L}`, batch: 64, edges: mixingSet('mst', L) },
    { name: `mst-loops-even-L${L}`, batch: 64, edges: mixingSet('mst', L, { loops: 'even' }) },
  ]),
  ...[8, 10].map((L) => ({ name: `full-L${L}`, batch: 64, edges: mixingSet('full', L) })),
];

interface Problem {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly layer: ReturnType<typeof productLayer>;
}

function problem(L: number, edges: MixingSet, batch: number, dtype: 'float32' | 'float64'): Problem {
  const layer = productLayer(L, edges);
  return { layer, x: random.normal([batch, L * L, channels], { dtype }), w: random.normal([layer.weightSize], { dtype }) };
}

/** Times of ours and of the peers that are there, in turn. */
async function ratios(ours: () => void, peers: readonly PeerJob[]): Promise<Map<string, number>> {
  const there = peers.flatMap((peer) => ('run' in peer ? [peer] : []));
  const [own, ...theirs] = await alternate([onDevice(ours, 0), ...there.map(({ run }) => run)], { seconds: 1, most: 20 });
  return new Map(there.map(({ name }, i) => [name, theirs[i]!.median / own!.median]));
}

async function backward(report: Report, peer: PythonPeer, { name, batch, edges }: Size): Promise<void> {
  await tidy(async () => {
    const { x, w, layer } = problem(edges.length, edges, batch, 'float32');
    const y = layer.fused(x, w);
    const g = onesLike(y);
    const jobs: PeerJob[] = [];
    for (const work of peersOf(edges, 'backward')) jobs.push(await peer.prepare(work, [x, w], y));
    const found = await ratios(() => void grads(layer.fused)([x, w], g), jobs);
    for (const [other, ratio] of found) {
      report.atLeast(
        `speed.${name}-forward-backward-times-${other.replaceAll(' ', '-')}`,
        ratio,
        other === 'e3nn eager' ? least['e3nn eager'] : least.other,
      );
    }
  });
}

/** The gradient to x again differentiated. */
async function doubleBackward(report: Report, peer: PythonPeer): Promise<void> {
  const edges = mixingSet('mst', 8);
  await tidy(async () => {
    const { x, w, layer } = problem(8, edges, 64, 'float32');
    const g = onesLike(layer.fused(x, w));
    const first = (x: Tensor, w: Tensor, g: Tensor): Tensor => grad((x: Tensor) => sum(mul(layer.fused(x, w), g)))(x);
    const job = await peer.prepare(peersOf(edges, 'double')[0]!, [x, w], layer.fused(x, w));
    const v = onesLike(x);
    const found = await ratios(() => void grads(first)([x, w, g], v), [job]);
    for (const ratio of found.values()) report.atLeast('speed.mst-L8-double-backward-times-e3nn-eager', ratio, 10);
  });
}

/** float64, lmax 6. */
async function agreement(report: Report, peer: PythonPeer): Promise<void> {
  for (const rule of ['mst', 'full'] as const) {
    const edges = mixingSet(rule, 7);
    await tidy(async () => {
      const { x, w, layer } = problem(7, edges, 3, 'float64');
      const y = layer.fused(x, w);
      const scale = max(abs(y)).dataSync()[0]!;
      for (const work of peersOf(edges, 'forward')) {
        const job = await peer.prepare(work, [x, w], y);
        if ('maxDiff' in job) report.atMost(`agreement.${rule}-${job.name.replaceAll(' ', '-')}`, job.maxDiff / scale, 1e-12);
      }
    });
  }
}

/** Beside e3nn and torch, in one run. */
export async function measure(report: Report, { quick }: Effort): Promise<void> {
  const threads = info().cpu.threads;
  setThreads(2);
  const peer = PythonPeer.start(2);
  if (peer === undefined) return report.skip('peers', PythonPeer.missing);
  const probe = await tidy(() => {
    const edges = mixingSet('mst', 2);
    const { x, w, layer } = problem(2, edges, 1, 'float32');
    return peer.prepare(peersOf(edges, 'forward')[0]!, [x, w], layer.fused(x, w));
  });
  if ('missing' in probe) report.skip('peers', probe.missing);
  else {
    await agreement(report, peer);
    for (const size of sizes(quick)) {
      progress(size.name);
      await backward(report, peer, size);
    }
    await doubleBackward(report, peer);
  }
  peer.stop();
  setThreads(threads);
}
