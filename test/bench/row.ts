import type { Dtype } from '../../lib/dtype.js';
import { type DeviceOption, type Tensor, grads, onesLike, tidy } from '../../lib/index.js';
import { makeInputs } from '../support/case.js';
import type { Entry } from './entry.js';
import { type Limits, limitMs } from './limits.js';
import { type Effort, type Milliseconds, type Timed, alternate, onDevice } from './measure.js';
import { type PeerJob, type PeerWork, PythonPeer } from './peers/python_peer.js';

/** A peer's figures beside ours, both from alternating runs; `ratio` is its time over ours. A peer that is not there says why. */
export type PeerFigures =
  | { readonly name: string; readonly version: string; readonly ms: number; readonly ratio: number; readonly maxDiff: number }
  | { readonly name: string; readonly missing: string };

/** One row of the benchmark's file (api.md). */
export interface Row {
  readonly name: string;
  readonly device: string;
  readonly dtype: Dtype;
  readonly threads: number;
  readonly shape: readonly (readonly number[])[];
  readonly layout: string;
  readonly ms: Milliseconds;
  readonly flops: number;
  readonly bytes: number;
  /** Time at the machine's limits over our median. */
  readonly limitShare: number;
  /** The fastest of the peers that are there. */
  readonly peer?: PeerFigures;
  readonly peers?: readonly PeerFigures[];
}

export interface Bench {
  readonly device: DeviceOption;
  readonly deviceCode: number;
  readonly threads: number;
  readonly effort: Effort;
  /** 'missing': asked for and not there. */
  readonly peer?: PythonPeer | 'missing';
}

/** What becomes one row, ready to run. */
interface Prepared {
  readonly entry: Entry;
  readonly name: string;
  readonly flops: number;
  readonly bytes: number;
  readonly run: Timed;
  readonly peers: readonly PeerJob[];
}

const bytesOf = (x: Tensor): number => x.size * { float32: 4, float64: 8, complex64: 8, complex128: 16, int32: 4, uint8: 1 }[x.dtype];
const sumOf = (xs: readonly Tensor[]): number => xs.reduce((sum, x) => sum + bytesOf(x), 0);

/** The rows of an entry. Their tensors belong to the running scope. */
async function prepare(entry: Entry, { device, deviceCode, peer }: Bench): Promise<Prepared[]> {
  const { name, dtype, flops, backward } = entry;
  const call = entry.make(device);
  const inputs = makeInputs({ name, op: name, inputs: entry.inputs, call }, dtype, device);
  const output = call(...inputs);
  const bytes = entry.bytes ?? sumOf(inputs) + bytesOf(output);
  const prepareAll = async (works: readonly PeerWork[] = []): Promise<PeerJob[]> => {
    const jobs: PeerJob[] = [];
    for (const work of peer ? works : []) {
      jobs.push(peer instanceof PythonPeer ? await peer.prepare(work, inputs, output) : { name: work.job, missing: PythonPeer.missing });
    }
    return jobs;
  };
  const peers = await prepareAll(entry.peers);
  const forward = { entry, name, flops, bytes, run: onDevice(() => void call(...inputs), deviceCode), peers };
  if (backward === undefined) return [forward];
  const dy = onesLike(output);
  const gradients = grads(call);
  // Backward reads dy and the inputs and writes their gradients
  const moved = bytes + bytesOf(output) + 2 * sumOf(inputs);
  const run = onDevice(() => void gradients(inputs, dy), deviceCode);
  return [
    forward,
    {
      entry,
      name: `${name}, forward + backward`,
      flops: backward * flops,
      bytes: moved,
      run,
      peers: await prepareAll(entry.backwardPeers),
    },
  ];
}

/** `theirs` has the times of those that are there. */
function peerFigures(peers: readonly PeerJob[], ours: Milliseconds, theirs: Milliseconds[]): PeerFigures[] {
  return peers.map((peer) => {
    if ('missing' in peer) return peer;
    const { name, version, maxDiff } = peer;
    const ms = theirs.shift()!.median;
    return { name, version, ms, ratio: ms / ours.median, maxDiff };
  });
}

function fastest(peers: readonly PeerFigures[]): PeerFigures | undefined {
  const time = (peer: PeerFigures): number => ('ms' in peer ? peer.ms : Infinity);
  return [...peers].sort((a, b) => time(a) - time(b))[0];
}

const runsOf = (peers: readonly PeerJob[]): Timed[] => peers.flatMap((peer) => ('run' in peer ? [peer.run] : []));

/** What is timed of entries, in turn: ours and the peers'. `limits` is undefined for the limits themselves. */
export async function measureRows(entries: readonly Entry[], bench: Bench, limits: Limits | undefined): Promise<Row[]> {
  return tidy(async () => {
    const prepared: Prepared[] = [];
    for (const entry of entries) prepared.push(...(await prepare(entry, bench)));
    const theirs = prepared.flatMap(({ peers }) => runsOf(peers));
    const times = await alternate([...prepared.map(({ run }) => run), ...theirs], bench.effort);
    const peerTimes = times.slice(prepared.length);
    return prepared.map(({ entry, name, flops, bytes, peers }, i): Row => {
      const ms = times[i]!;
      const figures = peerFigures(peers, ms, peerTimes);
      const peer = fastest(figures);
      return {
        name,
        device: bench.device,
        dtype: entry.dtype,
        threads: bench.threads,
        shape: entry.inputs.map(({ shape }) => shape),
        layout: entry.layout ?? 'row-major',
        ms,
        flops,
        bytes,
        limitShare: limits === undefined ? 1 : limitMs(limits, entry.dtype, { flops, bytes }) / ms.median,
        ...(peer && { peer, peers: figures }),
      };
    });
  });
}
