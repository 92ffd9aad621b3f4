import { type DeviceOption } from '../device.js';
import { complexDtype } from '../dtype.js';
import { sqrt, square, sub, abs } from '../ops/elementwise.js';
import { cast, toDevice } from '../ops/layout.js';
import { sum } from '../ops/reduce.js';
import { asComplex } from '../ops/views.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import type { Tensor } from '../tensor.js';
import { type Basis, checkBasis } from './basis.js';
import { type Tau, typeSize } from './irreps.js';
import { rotate } from './rotation.js';
import { checkWhole } from './sampling.js';

export interface EquivarianceOptions {
  readonly tauIn: Tau;
  readonly tauOut: Tau;
  /** Default 1. */
  readonly channels?: number;
  /** Default 'real'; 'complex' draws complex coefficients. */
  readonly basis?: Basis;
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
  /** Random signals, drawn as one batch; default 8. */
  readonly samples?: number;
  /** Random rotations of each signal, default 8. */
  readonly rotations?: number;
  /** Default 0. The global generator is left as it was. */
  readonly seed?: number;
}

/** N(0,1) coefficients [samples, rows, channels] in double precision. */
function signals(o: EquivarianceOptions, samples: number): Tensor {
  const shape = [samples, typeSize(o.tauIn), o.channels ?? 1];
  const normal = (s: readonly number[]): Tensor => random.normal(s, { dtype: 'float64', device: 'cpu' });
  return o.basis === 'complex' ? asComplex(normal([...shape, 2])) : normal(shape);
}

/** ||y|| of each sample: [samples]. */
function norms(y: Tensor): Tensor {
  return sqrt(sum(square(abs(y)), [1, 2]));
}

/**
 * ||F(R x) - R F(x)|| / ||F(R x)|| of an operation on generalized signals [samples, sum (2l+1) tau_l, C], over random signals x with N(0,1)
 * coefficients and Haar-random rotations R: mean and maximum. F runs in `dtype` (default float32) on `device`; rotations are applied in float64 and
 * rounded once. Zero up to rounding for an equivariant F.
 */
export async function equivarianceError(f: (x: Tensor) => Tensor, options: EquivarianceOptions): Promise<{ mean: number; max: number }> {
  const op = 'equivarianceError';
  const basis = checkBasis(op, options.basis ?? 'real');
  const samples = checkWhole(op, 'samples', options.samples ?? 8, 1);
  const turns = checkWhole(op, 'rotations', options.rotations ?? 8, 1);
  const single = (options.dtype ?? 'float32') === 'float32' ? 'float32' : 'float64';
  const working = basis === 'complex' ? complexDtype(single) : single;
  const exact = basis === 'complex' ? 'complex128' : 'float64';
  const evaluate = (x: Tensor): Tensor => toDevice(cast(f(toDevice(cast(x, working), options.device ?? 'cpu')), exact), 'cpu');
  const compare = (): [Tensor, Tensor][] => {
    const x = signals(options, samples);
    const y = evaluate(x);
    return Array.from({ length: turns }, () => {
      const angles = random.rotations(samples);
      const turned = evaluate(rotate(x, angles, { tau: options.tauIn, basis }));
      const difference = sub(turned, rotate(y, angles, { tau: options.tauOut, basis }));
      return [norms(difference), norms(turned)];
    });
  };
  return summarize(seeded(options.seed ?? 0, () => tidy(() => noGrad(compare))));
}

/** Runs the synchronous function `f` with the generator at `seed`, then puts it back before other code can draw. */
function seeded<T>(seed: number, f: () => T): T {
  const before = random.state();
  random.seed(seed);
  try {
    return f();
  } finally {
    random.restore(before);
  }
}

async function summarize(pairs: readonly (readonly [Tensor, Tensor])[]): Promise<{ mean: number; max: number }> {
  const errors: number[] = [];
  for (const [difference, size] of pairs) {
    const [d, s] = [await difference.data(), await size.data()];
    d.forEach((value, i) => errors.push(value / s[i]!));
    difference.dispose();
    size.dispose();
  }
  return { mean: errors.reduce((a, b) => a + b, 0) / errors.length, max: Math.max(...errors) };
}
