import type { DeviceOption } from '../../lib/index.js';
import type { Dtype } from '../../lib/dtype.js';
import { type Tensor, broadcastTo, concat, flip, setThreads, slice, tidy, transpose } from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { type Case, floats, makeInputs } from './case.js';
import { bits, expectClose, tolerances } from './close.js';
import { testDevices } from './devices.js';
import { adjointError, gradientDtypes, gradientError, secondGradientError } from './gradcheck.js';
import { toPlain } from './plain.js';

const initialIsa = native.isa();
const threads = native.info().cpu.threads;

function evaluate(c: Case, dtype: Dtype, device: DeviceOption = 'cpu'): Tensor {
  return c.call(...makeInputs(c, dtype, device));
}

/** A check that results agree with the reference or, where a case has none, with the CPU's bits. */
function checker(c: Case, dtype: Dtype): (y: Tensor) => void {
  const want = c.reference?.(...makeInputs(c, dtype, 'cpu').map(toPlain));
  const exact = c.exact ? bits(evaluate(c, dtype)) : undefined;
  return (y) => {
    if (want) expectClose(y, want, c.tolerance?.[y.dtype] ?? tolerances[y.dtype]);
    if (exact) expect(bits(y).equals(exact)).toBe(true);
  };
}

/** Equal tensors that lie differently in memory. */
const layouts: Record<string, (x: Tensor) => Tensor> = {
  transposed: (x) => transpose(concat([transpose(x)], 0)),
  sliced: (x) => slice(concat([x, x, x], 0), [x.shape[0]!, ...x.shape.slice(1).map(() => 0)], x.shape),
  flipped: (x) => flip(concat([flip(x)], 0)),
  broadcast: (x) => slice(broadcastTo(x, [2, ...x.shape]), [1, ...x.shape.map(() => 0)], [1, ...x.shape]).reshape(x.shape),
};

function testValues(c: Case, dtypes: readonly Dtype[]): void {
  test.each(dtypes)('value, for every instruction set and memory layout, %s', (dtype) => {
    tidy(() => {
      const check = checker(c, dtype);
      const inputs = makeInputs(c, dtype, 'cpu');
      for (const isa of native.isas()) {
        native.setIsa(isa);
        check(c.call(...inputs));
      }
      native.setIsa(initialIsa);
      for (const layout of Object.values(layouts)) check(c.call(...inputs.map((x) => (x.shape.length > 0 ? layout(x) : x))));
    });
  });

  test('the same bits twice, for 1 and 2 threads', () => {
    for (const dtype of dtypes) {
      tidy(() => {
        const inputs = makeInputs(c, dtype, 'cpu');
        const [first, ...others] = [1, 2, 2].map((n) => {
          setThreads(n);
          return bits(c.call(...inputs));
        });
        expect(others.map((other) => other.equals(first!))).toEqual([true, true]);
      });
    }
  });
}

function testOnDevices(c: Case, dtypes: readonly Dtype[]): void {
  const devices = testDevices().filter((device) => device !== 'cpu');
  if (devices.length === 0) return;
  test.each(devices)('on %s', (device) => {
    const orders = (device as string) === 'emulated' ? ['ascending', 'descending', 'random:1'] : [''];
    for (const dtype of dtypes) {
      tidy(() => {
        const check = checker(c, dtype);
        const [first, ...others] = orders.map((order) => {
          if (order) native.configureEmulation('order', order);
          const y = evaluate(c, dtype, device);
          check(y);
          return bits(y);
        });
        expect(others.every((other) => other.equals(first!))).toBe(true);
      });
    }
  });
}

function testGradients(c: Case): void {
  const differentiable = gradientDtypes(c);
  if (differentiable.length === 0) return;
  test.each(differentiable)('first and second gradient, %s', (dtype) => {
    tidy(() => {
      const inputs = makeInputs(c, dtype, 'cpu');
      expect(gradientError(c.call, inputs)).toBeLessThan(1e-6);
      expect(secondGradientError(c.call, inputs)).toBeLessThan(1e-5);
    });
  });
  if (!c.linear) return;
  test.each(differentiable)('adjoint, %s', (dtype) => {
    for (const group of c.linear!) {
      tidy(() => expect(adjointError(c.call, makeInputs(c, dtype, 'cpu'), group)).toBeLessThan(1e-13));
    }
  });
}

/** Every test that the entries of a part of the case table ask for. */
export function testCases(cases: readonly Case[]): void {
  afterEach(() => {
    setThreads(threads);
  });
  describe.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const dtypes = c.dtypes ?? floats;
    testValues(c, dtypes);
    testOnDevices(c, dtypes);
    testGradients(c);
  });
}
