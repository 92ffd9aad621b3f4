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
  /** Without a least ratio. */
  readonly noted?: boolean;
}

const sizes = (quick: boolean): Size[] => [
  ...[8, 10, ...(quick ? [] : [16])].flatMap((L) => [
    { name: `mst-L${L}`, batch: 64, edges: mixingSet('mst', L) },
    { name: `mst-loops-even-L${L}`, batch: 64, edges: mixingSet('mst', L, { loops: 'even' }) },
  ]),
  ...[8, 10].map((L) => ({ name: `full-L${L}`, batch: 64, edges: mixingSet('full', L) })),
  ...(quick ? [] : [{ name: 'mst-L32-batch-4', batch: 4, edges: mixingSet('mst', 32), noted: true }]),
];

interface Problem {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly layer: ReturnType<typeof productLayer>;
}

function problem(edges: MixingSet, batch: number): Problem {
  const L = edges.length;
  const layer = productLayer(L, edges);
  return { layer, x: random.normal([batch, L * L, channels]), w: random.normal([layer.weightSize]) };
}

/** Times of ours and of the peers that are there, in turn. */
async function ratios(ours: () => void, peers: readonly PeerJob[]): Promise<Map<string, number>> {
  const there = peers.flatMap((peer) => ('run' in peer ? [peer] : []));
  const [own, ...theirs] = await alternate([onDevice(ours, 0), ...there.map(({ run }) => run)], { seconds: 1, most: 20 });
  return new Map(there.map(({ name }, i) => [name, theirs[i]!.median / own!.median]));
}

/** Work with the peers in a process that goes with them, and their memory; skipped where there is no Python for it. */
async function beside(report: Report, name: string, work: (peer: PythonPeer) => Promise<void>): Promise<void> {
  progress(name);
  const peer = PythonPeer.start(2);
  if (peer === undefined) return report.skip(`speed.${name}`, PythonPeer.missing);
  await tidy(() => work(peer));
  peer.stop();
}

async function backward(report: Report, peer: PythonPeer, { name, batch, edges, noted }: Size): Promise<void> {
  const { x, w, layer } = problem(edges, batch);
  const y = layer.fused(x, w);
  const g = onesLike(y);
  const line = (other: string): string => `speed.${name}-forward-backward-times-${other.replaceAll(' ', '-')}`;
  const jobs: PeerJob[] = [];
  for (const work of peersOf(edges, 'backward')) {
    const job = await peer.prepare(work, [x, w], y);
    if ('missing' in job) report.skip(line(job.name), job.missing);
    jobs.push(job);
  }
  const found = await ratios(() => void grads(layer.fused)([x, w], g), jobs);
  for (const [other, ratio] of found) {
    if (noted) report.note(line(other), ratio);
    else report.atLeast(line(other), ratio, other === 'e3nn eager' ? least['e3nn eager'] : least.other);
  }
}

/** The gradient to x again differentiated. */
async function doubleBackward(report: Report, peer: PythonPeer): Promise<void> {
  const edges = mixingSet('mst', 8);
  const { x, w, layer } = problem(edges, 64);
  const y = layer.fused(x, w);
  const first = (x: Tensor, w: Tensor, g: Tensor): Tensor => grad((x: Tensor) => sum(mul(layer.fused(x, w), g)))(x);
  const name = 'speed.mst-L8-double-backward-times-e3nn-eager';
  const job = await peer.prepare(peersOf(edges, 'double')[0]!, [x, w], y);
  if ('missing' in job) return report.skip(name, job.missing);
  const [g, v] = [onesLike(y), onesLike(x)];
  const found = await ratios(() => void grads(first)([x, w, g], v), [job]);
  for (const ratio of found.values()) report.atLeast(name, ratio, 10);
}

/** Beside e3nn, torch and JAX, in one run. */
export async function measure(report: Report, { quick }: Effort): Promise<void> {
  const threads = info().cpu.threads;
  setThreads(2);
  for (const size of sizes(quick)) await beside(report, size.name, (peer) => backward(report, peer, size));
  await beside(report, 'mst-L8-double-backward', (peer) => doubleBackward(report, peer));
  setThreads(threads);
}
