import { clone, random } from '../../../lib/index.js';
import { adamInPlace, sgdInPlace } from '../../../lib/ops/optimizer.js';
import type { Device, Tensor } from '../../../lib/index.js';
import { type Case, floats } from '../case.js';
import { type Plain, cx } from '../plain.js';

// Random numbers and in-place updates: nothing to differentiate.

function drawn(device: string, draw: (o: { dtype: 'float32' | 'float64'; device: Device }) => Tensor, dtype: string): Tensor {
  random.seed(42);
  return draw({ dtype: dtype as 'float32', device: device as Device });
}

const [lr, momentum, weightDecay] = [0.1, 0.9, 0.01];
const [beta1, beta2, eps, step] = [0.9, 0.99, 1e-6, 3];

type Update = (p: number, g: number, ...state: number[]) => number;
const each =
  (f: Update): ((...x: Plain[]) => Plain) =>
  (p, ...rest) => ({
    shape: p.shape,
    values: p.values.map((z, i) => cx(f(z.re, rest[0]!.values[i]!.re, ...rest.slice(1).map((s) => s.values[i]!.re)))),
  });

const sgd =
  (nesterov: boolean): Update =>
  (p, g, v) => {
    const decayed = g + weightDecay * p;
    const velocity = momentum * v + decayed;
    return p - lr * (nesterov ? decayed + momentum * velocity : velocity);
  };

const adam =
  (decoupled: boolean): Update =>
  (p, g, m, v) => {
    const start = decoupled ? p * (1 - lr * weightDecay) : p;
    const slope = decoupled ? g : g + weightDecay * p;
    const [first, second] = [beta1 * m + (1 - beta1) * slope, beta2 * v + (1 - beta2) * slope * slope];
    return start - (lr * (first / (1 - beta1 ** step))) / (Math.sqrt(second / (1 - beta2 ** step)) + eps);
  };

const three = [{ shape: [257] }, { shape: [257] }, { shape: [257] }];
const four = [...three, { shape: [257], distribution: 'positive' }] as const;

export const stateCases: Case[] = [
  {
    name: 'uniform',
    op: 'uniform',
    inputs: [{ shape: [1] }],
    exact: true,
    call: (x) => drawn(x.device, (o) => random.uniform([33, 31], { ...o, low: -2, high: 3 }), x.dtype),
  },
  {
    name: 'normal',
    op: 'normal',
    inputs: [{ shape: [1] }],
    exact: true,
    call: (x) => drawn(x.device, (o) => random.normal([33, 31], { ...o, mean: 1, deviation: 2 }), x.dtype),
  },
  {
    name: 'normal, large',
    op: 'normal',
    inputs: [{ shape: [1] }],
    exact: true,
    call: (x) => drawn(x.device, (o) => random.normal([40001], o), x.dtype),
  },
  {
    name: 'sgd_ without momentum',
    op: 'sgd_',
    dtypes: floats,
    inputs: three.slice(0, 2),
    call: (p, g) => {
      const q = clone(p);
      sgdInPlace(q, g, null, lr, 0, weightDecay, false);
      return q;
    },
    reference: each((p, g) => p - lr * (g + weightDecay * p)),
    skipGradient: true,
  },
  ...[false, true].map((nesterov): Case => ({
    name: `sgd_ with ${nesterov ? 'nesterov ' : ''}momentum`,
    op: 'sgd_',
    inputs: three,
    call: (p, g, v) => {
      const q = clone(p);
      sgdInPlace(q, g, clone(v), lr, momentum, weightDecay, nesterov);
      return q;
    },
    reference: each(sgd(nesterov)),
    skipGradient: true,
  })),
  ...[false, true].map((decoupled): Case => ({
    name: `adam_ ${decoupled ? 'with decoupled' : 'with'} weight decay`,
    op: 'adam_',
    inputs: four,
    call: (p, g, m, v) => {
      const q = clone(p);
      adamInPlace(q, g, clone(m), clone(v), lr, beta1, beta2, eps, weightDecay, 1 - beta1 ** step, 1 - beta2 ** step, decoupled);
      return q;
    },
    reference: each(adam(decoupled)),
    skipGradient: true,
  })),
];
