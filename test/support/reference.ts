import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '../../lib/formats/npy.js';
import { type Tensor, cast, tensor } from '../../lib/index.js';

const root = path.join(__dirname, '../../../shared/reference');

/** A folder of golden vectors made by independent programs. They are not part of the repository. */
export class ReferenceSet {
  private readonly folder: string;
  readonly present: boolean;

  constructor(name: 'transforms' | 'cg') {
    this.folder = path.join(root, name);
    this.present = existsSync(this.folder);
  }

  /** `describe` where the vectors are there; else one skipped line that says so. */
  describe(title: string, body: () => void): void {
    if (this.present) describe(title, body);
    else
      test.skip(`${title}: the vectors of other programs are no part of the repository (no ${path.relative(process.cwd(), this.folder)})`, () =>
        undefined);
  }

  /** A stored array as a tensor, float64 or complex128 unless `dtype` is given. */
  load(file: string, dtype?: 'float32' | 'complex64'): Tensor {
    const { dtype: stored, shape, data } = parse(readFileSync(path.join(this.folder, file)));
    const t = tensor(data, shape, { dtype: stored });
    return dtype ? cast(t, dtype) : t;
  }

  json<T>(file: string): T {
    return JSON.parse(readFileSync(path.join(this.folder, file), 'utf8')) as T;
  }
}

/** max |got - want| / max |want| over all numbers. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) throw new Error(`expected ${want.length} numbers, got ${got.length}`);
  let [error, scale] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    error = Math.max(error, Math.abs(got[i]! - want[i]!));
    scale = Math.max(scale, Math.abs(want[i]!));
  }
  return scale > 0 ? error / scale : error;
}
