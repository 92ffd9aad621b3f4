import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TypedArray } from '../../lib/dtype.js';
import type { Tensor } from '../../lib/index.js';
import { packageRoot } from '../../lib/native.js';
import type { Timed } from './measure.js';

/** A python3 with numpy: that of .peers/ (a virtual environment, ignored by git), else that of PATH; undefined where there is none. */
function findPython(): string | undefined {
  const own = path.join(packageRoot(), '.peers', 'bin', 'python3');
  const candidates = existsSync(own) ? [own] : ['python3'];
  return candidates.find((command) => spawnSync(command, ['-c', 'import numpy']).status === 0);
}

/** OpenBLAS with `threads` threads and the kernels of its own choice. */
function peerEnvironment(threads: number): NodeJS.ProcessEnv {
  const names = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];
  const env: NodeJS.ProcessEnv = { ...process.env, ...Object.fromEntries(names.map((name) => [name, String(threads)])) };
  delete env['OPENBLAS_CORETYPE'];
  delete env['OPENBLAS_L2_SIZE'];
  return env;
}

/** A product that the peer is ready to repeat. */
export interface PeerProduct {
  readonly version: string;
  readonly run: Timed;
  /** Largest difference between its numbers and ours. */
  readonly maxDiff: number;
}

/** numpy's matmul (OpenBLAS in its wheels) in a child process that keeps running. */
export class NumpyPeer {
  static readonly title = 'numpy matmul';
  static readonly missing = 'no python3 with numpy (python3 -m venv .peers && .peers/bin/pip install numpy)';
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'clebsch-peer-'));
  private readonly child;
  private readonly answers;
  private products = 0;

  private constructor(python: string, threads: number) {
    const script = path.join(__dirname, 'numpy_peer.py');
    this.child = spawn(python, [script], { env: peerEnvironment(threads), stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Undefined where there is no python3 with numpy. */
  static start(threads: number): NumpyPeer | undefined {
    const python = findPython();
    return python === undefined ? undefined : new NumpyPeer(python, threads);
  }

  /** The product a b, to be compared with `ours`. */
  async prepare(a: Tensor, b: Tensor, ours: Tensor): Promise<PeerProduct> {
    const id = this.products++;
    const inputs = [a, b].map((x, i) => {
      const file = path.join(this.folder, `input${i}`);
      writeFileSync(file, x.dataSync());
      return { file, dtype: x.dtype, shape: x.shape };
    });
    const output = path.join(this.folder, 'output');
    const { version } = await this.ask<{ version: string }>({ id, inputs, output });
    const run = async (count: number): Promise<number> => (await this.ask<{ seconds: number }>({ id, count })).seconds;
    return { version, run, maxDiff: largestDifference(ours.dataSync(), readFileSync(output)) };
  }

  stop(): void {
    this.child.stdin.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask<T>(request: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the numpy process ended with status ${this.child.exitCode}`);
    return JSON.parse(value) as T;
  }
}

/** Between numbers and the bytes of numbers of the same class. */
function largestDifference(numbers: TypedArray, bytes: Buffer): number {
  const Numbers = numbers.constructor as Float64ArrayConstructor;
  const other = new Numbers(Uint8Array.from(bytes).buffer);
  return Array.from(numbers).reduce((worst, value, i) => Math.max(worst, Math.abs(value - other[i]!)), 0);
}
