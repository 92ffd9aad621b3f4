import type { Measurement, ProfileRow } from '../profile.js';
import { alignedColumns } from './text.js';

const heading = ['operation', 'calls', 'ms', 'share', 'GFLOP/s', 'GB/s'];

function cells(name: string, { calls, ms, share, gflops, gbytesPerSecond }: Measurement): string[] {
  const rate = (value: number): string => (value > 0 ? value.toFixed(value < 10 ? 2 : 1) : '-');
  return [name, String(calls), ms.toFixed(1), `${(100 * share).toFixed(1)} %`, rate(gflops), rate(gbytesPerSecond)];
}

/** A profile as text: one line for each operation, below it its `shapes` slowest shapes of operands if there are several, and the total. */
export function profileTable(rows: readonly ProfileRow[], shapes = 3): string {
  const lines = rows.flatMap((row) => {
    const slowest = row.shapes.length > 1 ? row.shapes.slice(0, shapes) : [];
    return [cells(row.op, row), ...slowest.map((part) => cells(`  ${part.shape}`, part))];
  });
  const total = (field: 'calls' | 'ms' | 'share'): number => rows.reduce((sum, row) => sum + row[field], 0);
  const weighted = (field: 'gflops' | 'gbytesPerSecond'): number => rows.reduce((sum, row) => sum + row[field] * row.share, 0);
  const all = {
    calls: total('calls'),
    ms: total('ms'),
    share: total('share'),
    gflops: weighted('gflops'),
    gbytesPerSecond: weighted('gbytesPerSecond'),
  };
  return alignedColumns([heading, ...lines, cells('total', all)], true);
}
