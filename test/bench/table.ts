import type { PeerFigures, Row } from './row.js';

const columns = [
  ['', 52],
  ['dtype', 10],
  ['threads', 7],
  ['ms', 9],
  ['least', 9],
  ['spread', 7],
  ['GFLOP/s', 8],
  ['GB/s', 7],
  ['limit', 6],
  ['peer', 24],
] as const;

function printCells(cells: readonly string[]): void {
  const line = cells.map((cell, i) => (i === 0 ? cell.padEnd(columns[0][1]) : cell.padStart(columns[i]![1])));
  process.stdout.write(`${line.join(' ').trimEnd()}\n`);
}

const digits = (x: number): string => (x >= 1000 ? x.toFixed(0) : x.toPrecision(3));
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function peerText(peer: PeerFigures | undefined): string {
  if (peer === undefined) return '';
  return 'missing' in peer ? `${peer.name} missing` : `${digits(peer.ms)} ms, ratio ${peer.ratio.toFixed(2)}`;
}

export function printHeader(): void {
  printCells(columns.map(([title]) => title));
}

export function printRow(row: Row): void {
  const { name, dtype, threads, ms, flops, bytes, limitShare } = row;
  const rate = (amount: number): string => (amount === 0 ? '' : digits(amount / ms.median / 1e6));
  const times = [digits(ms.median), digits(ms.min), percent(ms.spread)];
  printCells([name, dtype, String(threads), ...times, rate(flops), rate(bytes), percent(limitShare), peerText(row.peer)]);
}

/** The rows as a Markdown table: every peer with its version, its time over ours and the largest difference of the numbers. */
export function markdown(rows: readonly Row[]): string {
  const of = (peer: PeerFigures): string =>
    'missing' in peer ? peerText(peer) : `${peer.name} (${peer.version}): ${peerText(peer)}, differs by ${peer.maxDiff.toExponential(0)}`;
  const lines = rows.map(({ name, dtype, threads, ms, flops, limitShare, peers = [] }) => {
    const rate = flops === 0 ? '' : digits(flops / ms.median / 1e6);
    return [name, dtype, threads, digits(ms.median), percent(ms.spread), rate, percent(limitShare), peers.map(of).join('<br>')];
  });
  const head = ['', 'dtype', 'threads', 'ms', 'spread', 'GFLOP/s', 'share of the limit', 'peers'];
  return `${[head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
