import type { DeviceOption } from '../../lib/index.js';
import { type Dtype, isFloating } from '../../lib/dtype.js';
import { type Tensor, broadcastTo, concat, flip, setThreads, slice, tidy, transpose } from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { ops } from '../../lib/op.js';
import { type Case, floats, makeInputs } from '../support/case.js';
import { cases } from '../support/cases.js';
import { bits, expectClose, tolerances } from '../support/close.js';
import { testDevices } from '../support/devices.js';
import { adjointError, gradientError, secondGradientError } from '../support/gradcheck.js';
import { toPlain } from '../support/plain.js';

const initialIsa = native.isa();
const threads = native.info().cpu.threads;

afterEach(() => {
  setThreads(threads);
});

function toleranceOf(c: Case, y: Tensor): number {
  return c.tolerance?.[y.dtype] ?? tolerances[y.dtype];
}

function evaluate(c: Case, dtype: Dtype, device: DeviceOption = 'cpu'): Tensor {
  return c.call(...makeInputs(c, dtype, device));
}

/** The result agrees with the reference, or where a case has none with the CPU, bit by bit. */
function expectRight(c: Case, dtype: Dtype, y: Tensor): void {
  if (c.reference) expectClose(y, c.reference(...makeInputs(c, dtype, 'cpu').map(toPlain)), toleranceOf(c, y));
  if (c.exact) expect(bits(y)).toBe(bits(evaluate(c, dtype)));
}

/** Equal tensors that lie differently in memory. */
const layouts: Record<string, (x: Tensor) => Tensor> = {
  transposed: (x) => transpose(concat([transpose(x)], 0)),
  sliced: (x) => slice(concat([x, x, x], 0), [x.shape[0]!, ...x.shape.slice(1).map(() => 0)], x.shape),
  flipped: (x) => flip(concat([flip(x)], 0)),
  broadcast: (x) => slice(broadcastTo(x, [2, ...x.shape]), [1, ...x.shape.map(() => 0)], [1, ...x.shape]).reshape(x.shape),
};

function gradientDtypes(c: Case): readonly Dtype[] {
  const definition = ops.get(c.op);
  if (c.skipGradient || !definition?.vjp) return [];
  return (c.dtypes ?? floats).filter((dtype) => {
    const inputs = c.inputs.map((input) => input.dtype ?? dtype);
    return (dtype === 'float64' || dtype === 'complex128') && inputs.some(isFloating);
  });
}

describe.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
  const dtypes = c.dtypes ?? floats;

  test('value, for every dtype, instruction set and memory layout', () => {
    for (const dtype of dtypes) {
      for (const name of native.isas()) {
        native.setIsa(name);
        tidy(() => expectRight(c, dtype, evaluate(c, dtype)));
      }
      native.setIsa(initialIsa);
      for (const layout of Object.values(layouts)) {
        tidy(() => {
          const inputs = makeInputs(c, dtype, 'cpu');
          expectRight(c, dtype, c.call(...inputs.map((x) => (x.shape.length > 0 ? layout(x) : x))));
        });
      }
    }
  });

  test('the same bits twice, for 1 and 2 threads', () => {
    const results = [1, 2, 2].map((n) => {
      setThreads(n);
      return tidy(() => dtypes.map((dtype) => bits(evaluate(c, dtype))));
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  const devices = testDevices().filter((device) => device !== 'cpu');
  if (devices.length > 0) {
    test.each(devices)('on %s', (device) => {
      const orders = (device as string) === 'emulated' ? ['ascending', 'descending', 'random:1'] : [''];
      for (const dtype of dtypes) {
        const results = orders.map((order) => {
          if (order) native.configureEmulation('order', order);
          return tidy(() => {
            const y = evaluate(c, dtype, device);
            expectRight(c, dtype, y);
            return bits(y);
          });
        });
        expect(new Set(results).size).toBe(1);
      }
    });
  }

  const differentiable = gradientDtypes(c);
  if (differentiable.length > 0) {
    test.each(differentiable)('first and second gradient, %s', (dtype) => {
      tidy(() => {
        const inputs = makeInputs(c, dtype, 'cpu');
        expect(gradientError(c.call, inputs)).toBeLessThan(1e-6);
        expect(secondGradientError(c.call, inputs)).toBeLessThan(1e-5);
      });
    });
  }

  if (c.linear && differentiable.length > 0) {
    test.each(differentiable)('adjoint, %s', (dtype) => {
      for (const group of c.linear!) {
        tidy(() => expect(adjointError(c.call, makeInputs(c, dtype, 'cpu'), group)).toBeLessThan(1e-13));
      }
    });
  }
});
