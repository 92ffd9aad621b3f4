import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type DeviceOption, info, setThreads } from '../../lib/index.js';
import { native, packageRoot } from '../../lib/native.js';
import { groups } from './groups.js';
import { type Limits, limitEntries } from './limits.js';
import { PythonPeer } from './peers/python_peer.js';
import { type Bench, type Row, measureRows } from './row.js';
import { markdown, printHeader, printRow } from './table.js';

const usage = `npm run bench -- [options]
  --filter PATTERN   only rows whose name matches the regular expression
  --peers            times other libraries beside ours (npm run bench:peers installs them)
  --device NAME      cpu (default) or cuda
  --threads N        default: the cores this process may use
  --isa NAME         base, avx2 or avx512; default: the best there is
  --json FILE, --markdown FILE   writes the rows`;

function options() {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      markdown: { type: 'string' },
      filter: { type: 'string', default: '' },
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string' },
      isa: { type: 'string' },
      peers: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

/** The best of ours and, where it is there, of the peer. */
async function measureLimits(bench: Bench): Promise<{ limits: Limits; rows: Row[] }> {
  const { float32, float64, bandwidth } = limitEntries;
  // A limit is a best value: it takes more rounds than a median
  const rows = await measureRows([float32, float64, bandwidth], { ...bench, effort: { seconds: 2, most: 100 } }, undefined);
  const [single, double, stream] = rows as [Row, Row, Row];
  const best = ({ ms, peers = [] }: Row): number => Math.min(ms.min, ...peers.map((peer) => ('ms' in peer ? peer.ms : Infinity)));
  const rate = (row: Row, amount: number): number => (1000 * amount) / best(row);
  const limits = { float32: rate(single, single.flops), float64: rate(double, double.flops), bandwidth: rate(stream, stream.bytes) };
  return { limits, rows };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: packageRoot(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

async function main(): Promise<void> {
  const o = options();
  if (o.help) return console.log(usage);
  if (o.threads !== undefined) setThreads(Number(o.threads));
  if (o.isa !== undefined) native.setIsa(o.isa);
  const threads = info().cpu.threads;
  const device = o.device as DeviceOption;
  const peer = o.peers ? (PythonPeer.start(threads) ?? 'missing') : undefined;
  const bench: Bench = {
    device,
    deviceCode: native.deviceCode(device),
    threads,
    effort: { seconds: 0.4, most: 40 },
    ...(peer && { peer }),
  };
  const { limits, rows } = await measureLimits(bench);
  printHeader();
  rows.forEach(printRow);
  const pattern = new RegExp(o.filter);
  for (const group of groups) {
    const entries = group().filter(({ name }) => pattern.test(name));
    if (entries.length === 0) continue;
    const measured = await measureRows(entries, bench, limits);
    measured.forEach(printRow);
    rows.push(...measured);
  }
  if (peer instanceof PythonPeer) peer.stop();
  const result = { machine: info(), date: new Date().toISOString(), commit: commit(), rows };
  if (o.markdown !== undefined) writeFileSync(o.markdown, markdown(rows));
  if (o.json !== undefined) writeFileSync(o.json, `${JSON.stringify(result, null, 1)}\n`);
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
});
