import '../../lib/index.js';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../../lib/native.js';
import { ops } from '../../lib/op.js';
import { cases } from '../support/cases.js';

const kernels = join(__dirname, '../../native/kernels');

/** Kernels of which only the CPU has one so far. */
const pendingCuda: string[] = [];

const source = (ending: string): string =>
  readdirSync(kernels)
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(kernels, file), 'utf8'))
    .join('\n');

test('every native row has a definition and every definition a row', () => {
  expect([...ops.keys()].sort()).toEqual(Object.keys(native.ops).sort());
});

test('every row has a gradient decision', () => {
  for (const { name, vjp } of ops.values()) {
    const decided = vjp === null || typeof vjp === 'function' || (Array.isArray(vjp) && vjp.length > 0);
    expect({ name, decided }).toEqual({ name, decided: true });
  }
});

test('every row has a case and every case a row', () => {
  expect([...new Set(cases.map((c) => c.op))].sort()).toEqual([...ops.keys()].sort());
});

test('the names of cases are unique', () => {
  const names = cases.map((c) => c.name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every kernel has a CPU and a CUDA launcher, save the pending ones', () => {
  const list = /#define CLEBSCH_KERNELS\(X\)((?:.*\\\n)*.*\n)/.exec(readFileSync(join(kernels, 'abi.h'), 'utf8'))![1]!;
  const names = [...list.matchAll(/X\((\w+),/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(10);
  const missing = (text: string): string[] => names.filter((name) => !new RegExp(`const char\\* ${name}\\(const \\w+& `).test(text));
  expect(missing(source('.cpp'))).toEqual([]);
  expect(missing(source('.cu'))).toEqual(pendingCuda);
});
