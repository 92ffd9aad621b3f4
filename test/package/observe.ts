import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Info } from '../../lib/native.js';
import { root, temporaryFolder } from './consumer.js';

const release = join(root, 'build', 'Release');
const library = 'libclebsch_cuda.so';

/** The library exists only where nvcc was found. */
export const hasCudaLibrary = existsSync(join(release, library));

export interface Observation {
  readonly cuda: Info['cuda'];
  /** Where `device: 'auto'` puts a tensor. */
  readonly automatic: string;
  /** Of the error of `device: 'cuda'`. */
  readonly code: string;
  readonly message: string;
}

/** What a program sees with every GPU hidden, and with or without the CUDA library beside the add-on. */
export function observeWithoutGpu(withLibrary: boolean): Observation {
  const folder = temporaryFolder();
  for (const file of ['clebsch.node', ...(withLibrary ? [library] : [])]) cpSync(join(release, file), join(folder, file));
  const source = `const { info, tensor } = require(${JSON.stringify(join(root, 'dist', 'cjs', 'index.js'))});
    const report = { cuda: info().cuda, automatic: tensor([1], [1], { device: 'auto' }).device };
    try { tensor([1], [1], { device: 'cuda' }); } catch ({ code, message }) { Object.assign(report, { code, message }); }
    console.log(JSON.stringify(report));`;
  const env = { ...process.env, CLEBSCH_ADDON: join(folder, 'clebsch.node'), CUDA_VISIBLE_DEVICES: '', CLEBSCH_DEVICE: 'auto' };
  return JSON.parse(execFileSync(process.execPath, ['-e', source], { env, encoding: 'utf8' })) as Observation;
}
