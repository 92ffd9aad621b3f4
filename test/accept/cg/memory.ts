import { readFileSync, writeFileSync } from 'node:fs';
import { type Tensor, grads, mixingSet, random, tidy } from '../../../lib/index.js';
import { native } from '../../../lib/native.js';
import { productLayer } from '../../bench/products.js';
import type { Report } from '../report.js';

function status(field: 'VmHWM' | 'VmRSS'): number {
  return 1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}

/** Bytes that the process needs at most while f runs, over those before; plans are made already. Linux counts. */
function peakOf(f: () => void): number {
  writeFileSync('/proc/self/clear_refs', '5');
  const before = status('VmRSS');
  f();
  native.synchronizeSync(0);
  return status('VmHWM') - before;
}

/** A gradient step of one layer, its inputs and what it returns included. The tables are made with an empty batch. */
function stepPeak(L: number, batch: number, channels: number, way: 'fused' | 'composed'): number {
  const layer = productLayer(L, mixingSet('mst', L));
  const f = (x: Tensor, w: Tensor): Tensor => layer[way](x, w);
  const step = (size: number): void =>
    tidy(() => {
      const x = random.normal([size, L * L, channels]);
      grads(f)([x, random.normal([layer.weightSize])], random.normal(x.shape));
    });
  step(0);
  native.synchronizeSync(0);
  return peakOf(() => step(batch));
}

/** The fused way first: memory that the process keeps afterwards makes the other's peak smaller, not ours. */
export function measure(report: Report): Promise<void> {
  const fused = stepPeak(16, 64, 32, 'fused');
  report.note('memory.step-fused-L16-batch-64-C32-megabytes', fused / 1e6);
  const composed = stepPeak(16, 64, 32, 'composed');
  report.note('memory.step-composed-L16-batch-64-C32-megabytes', composed / 1e6);
  report.atLeast('memory.composed-times-fused-L16', composed / fused, 5);
  report.note('memory.step-fused-L32-batch-32-C64-megabytes', stepPeak(32, 32, 64, 'fused') / 1e6);
  return Promise.resolve();
}
