import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TypedArray } from '../../../lib/dtype.js';
import type { Tensor } from '../../../lib/index.js';
import { packageRoot } from '../../../lib/native.js';
import type { Timed } from '../measure.js';

/** A python3 with numpy: that of .peers/ (a virtual environment, ignored by git), else that of PATH; undefined where there is none. */
function findPython(): string | undefined {
  const own = path.join(packageRoot(), '.peers', 'bin', 'python3');
  const candidates = existsSync(own) ? [own] : ['python3'];
  return candidates.find((command) => spawnSync(command, ['-c', 'import numpy']).status === 0);
}

/** Every library with `threads` threads (NPROC is XLA's), OpenBLAS with the kernels of its own choice. */
function peerEnvironment(threads: number): NodeJS.ProcessEnv {
  const names = ['OMP_NUM_THREADS', 'NUMBA_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NPROC'];
  const env: NodeJS.ProcessEnv = { ...process.env, ...Object.fromEntries(names.map((name) => [name, String(threads)])) };
  delete env['OPENBLAS_CORETYPE'];
  delete env['OPENBLAS_L2_SIZE'];
  return env;
}

/** Work that another library can do as well: a job of peers/*.py and its options. */
export interface PeerWork {
  readonly job: string;
  readonly options?: object;
  /** What the library is given, where it is not our inputs; and our output as the library makes it. */
  readonly given?: (inputs: readonly Tensor[]) => readonly Tensor[];
  readonly made?: (output: Tensor) => Tensor;
  /** For work that takes long to get ready: it has a process of its own, which is ended where it is not ready after so long. */
  readonly minutes?: number;
}

/** A library that is ready to repeat a job, or why it is not. */
export type PeerJob =
  | { readonly name: string; readonly missing: string }
  | {
      readonly name: string;
      readonly version: string;
      readonly run: Timed;
      /** Largest difference between its numbers and ours. */
      readonly maxDiff: number;
    };

/** Libraries of Python in a child process that keeps running. */
export class PythonPeer {
  static readonly missing = 'no python3 with numpy (npm run bench:peers)';
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'clebsch-peer-'));
  private readonly child;
  private readonly answers;
  private jobs = 0;
  private readonly others: PythonPeer[] = [];

  private constructor(
    private readonly python: string,
    private readonly threads: number,
  ) {
    const script = path.join(__dirname, 'server.py');
    this.child = spawn(python, ['-u', script], { env: peerEnvironment(threads), stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Undefined where there is no python3 with numpy. */
  static start(threads: number): PythonPeer | undefined {
    const python = findPython();
    return python === undefined ? undefined : new PythonPeer(python, threads);
  }

  /** The job on the inputs, to be compared with `ours`. */
  async prepare(work: PeerWork, inputs: readonly Tensor[], ours: Tensor): Promise<PeerJob> {
    const { minutes } = work;
    if (minutes === undefined) return this.prepareHere(work, inputs, ours);
    const own = new PythonPeer(this.python, this.threads);
    this.others.push(own);
    const timer = setTimeout(() => own.child.kill('SIGKILL'), minutes * 60_000);
    try {
      return await own.prepareHere(work, inputs, ours);
    } catch (error) {
      if (!own.child.killed) throw error;
      return { name: work.job, missing: `not built in ${minutes} minutes` };
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.others.forEach((other) => other.stop());
    this.child.stdin.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async prepareHere({ job, options = {}, given, made }: PeerWork, inputs: readonly Tensor[], ours: Tensor): Promise<PeerJob> {
    const id = this.jobs++;
    const files = (given?.(inputs) ?? inputs).map((x, i) => {
      const file = path.join(this.folder, `input${i}`);
      writeFileSync(file, x.dataSync());
      return { file, dtype: x.dtype, shape: x.shape };
    });
    const output = path.join(this.folder, 'output');
    type Answer = { name: string; version: string; missing?: string };
    const answer = await this.ask<Answer>({ id, job, options, threads: this.threads, inputs: files, output });
    const { name, version, missing } = answer;
    if (missing !== undefined) return { name, missing };
    const run = async (count: number): Promise<number> => (await this.ask<{ seconds: number }>({ id, count })).seconds;
    return {
      name,
      version,
      run: Object.assign(run, { spins: true }),
      maxDiff: largestDifference((made?.(ours) ?? ours).dataSync(), readFileSync(output)),
    };
  }

  private async ask<T>(request: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the process of the peers ended with status ${this.child.exitCode}`);
    return JSON.parse(value) as T;
  }
}

/** Between numbers and the bytes of numbers of the same class; Infinity where there are more of the one or the other. */
function largestDifference(numbers: TypedArray, bytes: Buffer): number {
  if (numbers.byteLength !== bytes.byteLength) return Infinity;
  const Numbers = numbers.constructor as Float64ArrayConstructor;
  const other = new Numbers(Uint8Array.from(bytes).buffer);
  let worst = 0;
  for (let i = 0; i < other.length; i++) worst = Math.max(worst, Math.abs(numbers[i]! - other[i]!));
  return worst;
}
