import { info } from '../../../lib/index.js';
import { native } from '../../../lib/native.js';
import type { Entry } from '../../bench/entry.js';
import { fourierEntries } from '../../bench/fourier.js';
import { PythonPeer } from '../../bench/peers/python_peer.js';
import { rotationGroupEntries } from '../../bench/rotation_group.js';
import { type Row, measureRows } from '../../bench/row.js';
import { batchEntries, complexEntries, healpixEntries, sphereEntries } from '../../bench/sphere.js';
import { type Effort, type Report, progress } from '../report.js';

/** How many times faster than a peer (the beginning of its name) rows must be. */
interface Target {
  readonly rows: RegExp;
  readonly peer: string;
  readonly least: number;
}

const targets: readonly Target[] = [
  { rows: /Transform gl L=\d+ (inverse|forward)/, peer: 'shtns', least: 1 },
  { rows: /Transform mw L=\d+ (inverse|forward)/, peer: 'ducc0', least: 1.5 },
  { rows: /batch=32 .*(inverse|forward)$/, peer: 'shtns', least: 1.3 },
  { rows: /s2Transform .*batch=32/, peer: 'ducc0', least: 3 },
  { rows: /spin=/, peer: 'ducc0', least: 1.2 },
  { rows: /so3Transform/, peer: 's2fft', least: 10 },
  { rows: /healpix/, peer: '', least: 1 },
  { rows: /fourier/, peer: '', least: 1 },
];

const wordsOf = ({ name, dtype, threads }: Row): string => `speed.${name.replaceAll(' ', '-')}-${dtype}-${threads}-threads`;

function judge(report: Report, row: Row): void {
  for (const peer of row.peers ?? []) {
    if ('missing' in peer) {
      report.skip(`${wordsOf(row)}-over-${peer.name}`, peer.missing);
      continue;
    }
    const target = targets.find(({ rows, peer: name }) => rows.test(row.name) && peer.name.startsWith(name));
    const name = `${wordsOf(row)}-over-${peer.name.replaceAll(' ', '-')}`;
    if (target) report.atLeast(name, peer.ratio, target.least);
    else report.note(name, peer.ratio);
  }
}

/** Batches: float32 against float64, and channels against maps one after another. */
function compareBatches(report: Report, rows: readonly Row[]): void {
  const time = (name: string, dtype: string): number => rows.find((row) => row.name === name && row.dtype === dtype)!.ms.median;
  for (const { name } of rows.filter((row) => row.name.includes('batch=32') && row.dtype === 'float64')) {
    report.atLeast(`speed.${name.replaceAll(' ', '-')}-float32-over-float64`, time(name, 'float64') / time(name, 'float32'), 1.6);
    const layouts = [time(name, 'float64'), time(name.replace('batch=32', 'channels=32'), 'float64')];
    report.atMost(`speed.${name.replaceAll(' ', '-')}-slower-over-faster-layout`, Math.max(...layouts) / Math.min(...layouts), 1.3);
  }
}

export async function measure(report: Report, { quick }: Effort): Promise<void> {
  const most = info().cpu.threads;
  for (const threads of new Set([1, most])) {
    native.setThreads(threads);
    const peer = PythonPeer.start(threads);
    const bench = {
      device: 'cpu',
      deviceCode: native.deviceCode('cpu'),
      threads,
      effort: { seconds: 0.4, most: 40 },
      peer: peer ?? 'missing',
    } as const;
    const rowsOf = async (entries: readonly Entry[]): Promise<Row[]> => {
      progress(`${entries[0]!.name} and ${entries.length - 1} more, threads: ${threads}`);
      const rows = await measureRows(entries, bench, undefined);
      for (const row of rows) judge(report, row);
      return rows;
    };
    for (const group of sphereEntries().slice(0, quick ? 2 : undefined)) await rowsOf(group());
    if (threads === most) {
      compareBatches(report, await rowsOf(batchEntries()));
      for (const group of [complexEntries, healpixEntries]) await rowsOf(group());
      await rowsOf(fourierEntries().filter(({ dtype, name }) => dtype.startsWith('complex') && name.endsWith('inner=1')));
      if (!quick) await rowsOf(rotationGroupEntries());
    }
    peer?.stop();
  }
}
