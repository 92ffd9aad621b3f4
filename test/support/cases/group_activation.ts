import { grad, so3Type, typeSize, wignerD } from '../../../lib/index.js';
import { type GroupGridOptions, groupGrid } from '../../../lib/harmonics/group_grid.js';
import { native } from '../../../lib/native.js';
import type { Pointwise } from '../../../lib/ops/group_activation.js';
import type { Tensor } from '../../../lib/index.js';
import { type Case, floats } from '../case.js';
import { type Plain, at, build, cx } from '../plain.js';

type Sizes = Omit<GroupGridOptions, 'dtype' | 'deviceCode'>;

const functions: Readonly<Record<Pointwise, readonly [f: (x: number) => number, derivative: (x: number) => number]>> = {
  relu: [(x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  sigmoid: [sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
  silu: [(x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x)))],
  softplus: [(x) => Math.log1p(Math.exp(x)), sigmoid],
  square: [(x) => x * x, (x) => 2 * x],
  tanh: [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
};

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

interface Node {
  /** Of every coefficient: what it adds to the value here, and what a value here adds to it. */
  readonly inverse: number[];
  readonly forward: number[];
}

/** The matrices between coefficients and nodes, entry by entry from Wigner's functions. */
function nodesOf({ L, N, gridL, gridN, domain }: Sizes): Node[] {
  const [nAlpha, nGamma] = [4 * Math.ceil((2 * gridL - 1) / 4), 2 * gridN - 1];
  const beta = native.math.nodes('gl', gridL, gridL);
  const weight = native.math.quadratureWeights('gl', gridL, gridL, nAlpha);
  const angles = Array.from({ length: gridL * nAlpha * nGamma }, (_, i) => {
    const [t, p, r] = [Math.floor(i / (nAlpha * nGamma)), Math.floor(i / nGamma) % nAlpha, i % nGamma];
    return { alpha: (2 * Math.PI * p) / nAlpha, beta: beta[t]!, gamma: (2 * Math.PI * r) / nGamma, w: weight[t]! };
  });
  return angles.map(({ w, ...angle }) => {
    const node: Node = { inverse: [], forward: [] };
    for (let l = 0; l < L; l++) {
      const d = wignerD(l, angle, { basis: 'real' });
      const most = Math.min(l, N - 1);
      const norm = Math.sqrt((2 * l + 1) / (4 * Math.PI));
      for (let m = -l; m <= l; m++) {
        for (let n = -most; n <= most; n++) {
          const entry = d[(m + l) * (2 * l + 1) + n + l]!;
          node.inverse.push(entry * (domain === 'sphere' ? norm : (2 * l + 1) / (8 * Math.PI ** 2)));
          node.forward.push(entry * w * (domain === 'sphere' ? norm : (2 * Math.PI) / nGamma));
        }
      }
    }
    return node;
  });
}

/** For each sample and channel: out = sum over the nodes of back(node) value(node), where `value` sees the coefficients of the inputs. */
function overNodes(
  sizes: Sizes,
  back: (node: Node) => number[],
  value: (node: Node, ...coefficients: number[][]) => number,
): (...x: Plain[]) => Plain {
  const nodes = nodesOf(sizes);
  return (...x) => {
    const [batch, size, channels] = x[0]!.shape as [number, number, number];
    const results = new Map<number, number[]>();
    for (let s = 0; s < batch; s++) {
      for (let c = 0; c < channels; c++) {
        const coefficients = x.map((input) => Array.from({ length: size }, (_, i) => at(input, [s, i, c]).re));
        const sums = new Array<number>(size).fill(0);
        for (const node of nodes) {
          const here = value(node, ...coefficients);
          back(node).forEach((factor, i) => (sums[i]! += factor * here));
        }
        results.set(s * channels + c, sums);
      }
    }
    return build([batch, size, channels], ([s, i, c]) => cx(results.get(s! * channels + c!)![i!]!));
  };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function casesOf(fn: Pointwise, sizes: Sizes, batch: number, channels: number): Case[] {
  const { L, N, domain } = sizes;
  const shape = [batch, typeSize(so3Type(L, N)), channels];
  const activate = (x: Tensor): Tensor => {
    const dtype = x.dtype as 'float32' | 'float64';
    return groupGrid({ ...sizes, dtype, deviceCode: x.deviceCode }).activate(x, fn);
  };
  const [f, derivative] = functions[fn];
  const common = { dtypes: floats, tolerance: { float32: 2e-5, float64: 1e-12 }, skipGradient: batch * channels > 6 };
  const title = `${fn} on the ${domain}, L = ${L}, N = ${N}, ${batch} x ${channels}`;
  return [
    {
      ...common,
      name: title,
      op: 'groupActivation',
      inputs: [{ shape }],
      call: activate,
      reference: overNodes(
        sizes,
        (node) => node.forward,
        (node, x) => f(dot(node.inverse, x)),
      ),
    },
    {
      ...common,
      name: `derivative of ${title}`,
      op: 'groupActivationGradient',
      inputs: [{ shape }, { shape }],
      call: (x, g) => grad(activate)(x, g),
      reference: overNodes(
        sizes,
        (node) => node.inverse,
        (node, x, g) => derivative(dot(node.inverse, x)) * dot(node.forward, g),
      ),
      linear: [[1]],
    },
  ];
}

const group = (L: number, N: number, gridL: number, gridN: number): Sizes => ({ L, N, gridL, gridN, domain: 'group' });
const sphere = (L: number, gridL: number): Sizes => ({ L, N: 1, gridL, gridN: 1, domain: 'sphere' });

export const groupActivationCases: readonly Case[] = [
  ...casesOf('silu', group(3, 2, 4, 3), 2, 2),
  ...casesOf('tanh', group(2, 2, 2, 2), 1, 3),
  ...casesOf('sigmoid', group(1, 1, 2, 1), 3, 1),
  ...casesOf('square', group(3, 2, 5, 3), 1, 2),
  ...casesOf('softplus', sphere(4, 6), 2, 1),
  ...casesOf('relu', sphere(2, 3), 1, 5),
  ...casesOf('relu', group(4, 3, 6, 5), 3, 33),
  ...casesOf('silu', sphere(5, 5), 0, 2),
];
