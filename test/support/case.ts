import { type Dtype, isComplex, isFloating, toTypedArray } from '../../lib/dtype.js';
import type { DeviceOption } from '../../lib/device.js';
import { type Tensor, tensor } from '../../lib/index.js';
import { type Plain, size } from './plain.js';

/** How the numbers of an input are drawn. `distinct` ones are 0.3 apart and at least 0.07 from those
 * of another input and from 0: kinks and ties are out of reach of differences. */
export type Distribution = 'normal' | 'positive' | 'unit' | 'distinct' | 'integers' | 'bits';

export interface Input {
  readonly shape: readonly number[];
  /** A dtype that the case's dtypes do not change. */
  readonly dtype?: Dtype;
  readonly distribution?: Distribution;
  readonly values?: readonly number[];
}

/** One operation in one variant; every test of it follows from this entry. */
export interface Case {
  readonly name: string;
  /** Row of the native op table that is meant. */
  readonly op: string;
  /** float32 and float64 if left out. */
  readonly dtypes?: readonly Dtype[];
  readonly inputs: readonly Input[];
  readonly call: (...x: Tensor[]) => Tensor;
  /** Left out for random numbers, which have tests of their own. */
  readonly reference?: (...x: Plain[]) => Plain;
  /** Allowed |got - want| / max(1, |want|) by dtype of the result. */
  readonly tolerance?: Partial<Record<Dtype, number>>;
  /** Groups of inputs in which the operation is linear, the others held. */
  readonly linear?: readonly (readonly number[])[];
  /** Finite differences mean nothing here: special values, kinks, or too many numbers. */
  readonly skipGradient?: boolean;
  /** The same bits for every instruction set and device. */
  readonly exact?: boolean;
}

export const floats: readonly Dtype[] = ['float32', 'float64'];
export const complexes: readonly Dtype[] = ['complex64', 'complex128'];
export const floating: readonly Dtype[] = [...floats, ...complexes];
export const every: readonly Dtype[] = [...floating, 'int32', 'uint8'];

/** A small generator (mulberry32), so that a case's numbers depend on its name alone. */
export function generator(name: string): () => number {
  let state = [...name].reduce((hash, c) => Math.imul(hash ^ c.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function draw(distribution: Distribution, n: number, random: () => number, place: number): number[] {
  if (distribution === 'distinct') {
    const grid = Array.from({ length: n }, (_, i) => 0.3 * (i - Math.floor(n / 2)) + 0.15 - 0.07 * place);
    return grid
      .map((x) => ({ x, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ x }) => x);
  }
  const one: Record<Exclude<Distribution, 'distinct'>, () => number> = {
    normal: () => gaussian(random),
    positive: () => 0.3 + 2 * random(),
    unit: () => 1.8 * random() - 0.9,
    integers: () => Math.floor(11 * random()) - 5,
    bits: () => Math.floor(2 * random()),
  };
  return Array.from({ length: n }, one[distribution]);
}

function defaultDistribution(dtype: Dtype): Distribution {
  return dtype === 'int32' ? 'integers' : dtype === 'uint8' ? 'bits' : 'normal';
}

/** The tensors of a case for one of its dtypes. */
export function makeInputs(c: Case, dtype: Dtype, device: DeviceOption): Tensor[] {
  const random = generator(c.name);
  return c.inputs.map((input, place) => {
    const own = input.dtype ?? dtype;
    const n = size(input.shape) * (isComplex(own) ? 2 : 1);
    const distribution = isFloating(own) ? (input.distribution ?? 'normal') : defaultDistribution(own);
    const values = input.values ?? draw(distribution, n, random, place);
    return tensor(toTypedArray(own, values), input.shape, { dtype: own, device });
  });
}
