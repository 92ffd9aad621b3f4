import { isFloating } from '../dtype.js';
import { type Recorder, activeRecorders, withRecorders } from '../op.js';
import type { Tensor } from '../tensor.js';

const isFiniteArray = (values: ArrayLike<number>): boolean => Array.prototype.every.call(values, Number.isFinite);

/** The name of the first of these tensors that holds a NaN or an infinity. */
export async function nonFiniteTensor(tensors: Readonly<Record<string, Tensor>>): Promise<string | undefined> {
  const entries = await Promise.all(Object.entries(tensors).map(async ([name, x]) => [name, await x.data()] as const));
  return entries.find(([, values]) => !isFiniteArray(values))?.[0];
}

/** Runs the synchronous `f` and waits for each differentiable operation in it; the name of the first whose result is not finite. */
export function nonFiniteOperation(f: () => unknown): string | undefined {
  let found: string | undefined;
  const watch: Recorder = {
    record({ name }, _inputs, _attributes, output) {
      if (found === undefined && isFloating(output.dtype) && !isFiniteArray(output.dataSync())) found = name;
    },
  };
  withRecorders([...activeRecorders(), watch], f);
  return found;
}
