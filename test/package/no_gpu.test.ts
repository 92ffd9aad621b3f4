import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Info } from '../../lib/native.js';
import { root, temporaryFolder } from './consumer.js';

const addon = join(root, 'build', 'Release', 'clebsch.node');
const library = join(root, 'build', 'Release', 'libclebsch_cuda.so');

interface Report {
  cuda: Info['cuda'];
  automatic: string;
  code: string;
  message: string;
}

/** What a program sees with the add-on in `folder` and every GPU hidden. */
function observe(folder: string): Report {
  const source = `const { info, tensor } = require(${JSON.stringify(join(root, 'dist', 'cjs', 'index.js'))});
    const report = { cuda: info().cuda, automatic: tensor([1], [1], { device: 'auto' }).device };
    try { tensor([1], [1], { device: 'cuda' }); } catch ({ code, message }) { Object.assign(report, { code, message }); }
    console.log(JSON.stringify(report));`;
  const env = { ...process.env, CLEBSCH_ADDON: join(folder, 'clebsch.node'), CUDA_VISIBLE_DEVICES: '', CLEBSCH_DEVICE: 'auto' };
  return JSON.parse(execFileSync(process.execPath, ['-e', source], { env, encoding: 'utf8' })) as Report;
}

function expectExplained({ cuda, automatic, code, message }: Report, reason: RegExp): void {
  expect(cuda).toMatchObject({ available: false, devices: [], reason: expect.stringMatching(reason) });
  expect(automatic).toBe('cpu');
  expect(code).toBe('ERR_DEVICE');
  expect(message).toContain(cuda.reason);
}

test('without the CUDA library the processor is used, and the reason is told', () => {
  const folder = temporaryFolder();
  cpSync(addon, join(folder, 'clebsch.node'));
  const report = observe(folder);
  expectExplained(report, /libclebsch_cuda\.so/);
  expect(report.cuda.built).toBe(false);
});

// The library exists only where nvcc was found
(existsSync(library) ? test : test.skip)('without a driver or a GPU the processor is used, and the reason is told', () => {
  const folder = temporaryFolder();
  cpSync(addon, join(folder, 'clebsch.node'));
  cpSync(library, join(folder, 'libclebsch_cuda.so'));
  const report = observe(folder);
  expectExplained(report, /driver|GPU/);
  expect(report.cuda.built).toBe(true);
});
