import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appendMetrics, cutMetrics } from '../../lib/train/metrics.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  file = path.join(folder, 'metrics.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (step: number) => ({ step, epoch: 1, validationLoss: 1, validationAccuracy: 0.5, seconds: 2 });

test('lines are added; those behind a checkpoint, a half one and one of something else are cut', async () => {
  await cutMetrics(file, 0);
  expect(readFileSync(file, 'utf8')).toBe('');
  for (const step of [10, 20, 30]) appendMetrics(file, line(step));
  const whole = readFileSync(file, 'utf8');
  expect(
    whole
      .split('\n')
      .slice(0, 3)
      .map((text) => JSON.parse(text) as object),
  ).toEqual([10, 20, 30].map(line));
  writeFileSync(file, `${whole}null\n[]\n{"step":"4"}\n{"step":3`);
  await cutMetrics(file, 20);
  expect(readFileSync(file, 'utf8')).toBe([10, 20].map((step) => `${JSON.stringify(line(step))}\n`).join(''));
});

test('a place that cannot be written is a coded error', async () => {
  expect(() => appendMetrics(folder, line(1))).toThrow(expect.objectContaining({ code: 'ERR_IO' }) as Error);
  await expect(cutMetrics(path.join(folder, 'absent', 'x'), 1)).rejects.toMatchObject({ code: 'ERR_IO' });
});
