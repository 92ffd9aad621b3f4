import type { DeviceOption } from '../../lib/index.js';
import { isComplex } from '../../lib/dtype.js';
import { add, conv2d, generalizedConvolution, matmul, nn, s2Type, tensor, tensorProduct, typeSize, mixingSet } from '../../lib/index.js';
import { type ConvolutionKind, convolutionWeightSize } from '../../lib/harmonics/generalized_convolution.js';
import { floating, floats } from '../support/case.js';
import { type Entry, inputs } from './entry.js';

/** n x n products, real and complex. */
export function matmulEntries(): Entry[] {
  return floating.flatMap((dtype) =>
    [64, 128, 256, 512, 1024].map((n): Entry => ({
      name: `matmul ${n}`,
      dtype,
      inputs: inputs([n, n], [n, n]),
      make: () => matmul,
      flops: (isComplex(dtype) ? 8 : 2) * n ** 3,
      peers: [{ job: 'matmul' }],
    })),
  );
}

const batch = 32;

interface Convolution {
  readonly kind: ConvolutionKind;
  readonly tauIn: readonly number[];
  readonly tauOut: readonly number[];
  readonly channels: number;
}

function convolutionEntry(name: string, dtype: 'float32' | 'float64', o: Convolution): Entry {
  const { kind, tauIn, tauOut, channels } = o;
  // A weight is used once for each order, and where channels share it once for each channel.
  const shared = kind === 'uniform' ? channels : 1;
  const weightsOf = (l: number): number => convolutionWeightSize(kind, only(tauIn, l), only(tauOut, l), channels);
  return {
    name,
    dtype,
    inputs: inputs([batch, typeSize(tauIn), channels], [convolutionWeightSize(kind, tauIn, tauOut, channels)]),
    make: () => (x, w) => generalizedConvolution(x, w, { kind, tauIn, tauOut }),
    flops: tauIn.reduce((sum, _, l) => sum + 2 * batch * (2 * l + 1) * shared * weightsOf(l), 0),
    backward: 3,
  };
}

/** The type with the fragments of degree l alone. */
function only(tau: readonly number[], l: number): number[] {
  return tau.map((fragments, k) => (k === l ? fragments : 0));
}

/** One degree of a uniform convolution: a product of M x K by K x N, N = batch (2l+1) C, whose columns are strided. */
export function thinEntries(): Entry[] {
  const [l, channels] = [5, 16];
  const at = (n: number): number[] => Array.from({ length: l + 1 }, (_, k) => (k === l ? n : 0));
  const sizes = [
    [1, 3],
    [1, 10],
    [1, 30],
    [4, 10],
    [8, 3],
    [8, 30],
  ] as const;
  return floats.flatMap((dtype) =>
    sizes.map(([m, k]) => {
      const options: Convolution = { kind: 'uniform', tauIn: at(k), tauOut: at(m), channels };
      const name = `thin M=${m} K=${k} N=${batch * (2 * l + 1) * channels}`;
      return { ...convolutionEntry(name, dtype as 'float32', options), layout: 'columns of 16' };
    }),
  );
}

/** The kinds of generalized convolution after a product of bandlimit 10, 16 channels. */
export function convolutionEntries(): Entry[] {
  const [L, channels] = [10, 16];
  const product = tensorProduct({ tau1: s2Type(L), edges: mixingSet('mst', L) });
  return (['full', 'uniform', 'channel', 'cross'] as const).map((kind) => {
    const tauIn = kind === 'cross' ? s2Type(L) : product.tau;
    return convolutionEntry(`generalizedConvolution ${kind} L=${L} C=${channels}`, 'float32', { kind, tauIn, tauOut: s2Type(L), channels });
  });
}

/** What planar networks need. */
export function planarEntries(): Entry[] {
  const [n, side, channelsIn, channelsOut, kernel] = [32, 28, 16, 32, 3];
  const conv: Entry = {
    name: `conv2d ${kernel}x${kernel}, same`,
    dtype: 'float32',
    inputs: inputs([n, side, side, channelsIn], [kernel, kernel, channelsIn, channelsOut]),
    make: () => (x, w) => conv2d(x, w, 1, 'same'),
    flops: 2 * n * side * side * kernel * kernel * channelsIn * channelsOut,
    backward: 3,
  };
  const losses = [
    [1024, 10],
    [256, 1000],
  ] as const;
  return [conv, ...losses.map(([rows, classes]) => lossEntry(rows, classes))];
}

function lossEntry(rows: number, classes: number): Entry {
  const labelsOn = (device: DeviceOption) =>
    tensor(
      Int32Array.from({ length: rows }, (_, i) => i % classes),
      [rows],
      { device },
    );
  return {
    name: `softmaxCrossEntropy ${rows}x${classes}`,
    dtype: 'float32',
    inputs: inputs([rows, classes]),
    make: (device) => {
      const labels = labelsOn(device);
      return (x) => nn.softmaxCrossEntropy(x, labels);
    },
    // Largest, difference, exponential, two sums and a product with the picked label
    flops: 6 * rows * classes,
    backward: 2,
  };
}

/** What one call costs before there is any work. */
export function callEntries(): Entry[] {
  return [{ name: 'call add, 1 element', dtype: 'float32', inputs: inputs([1], [1]), make: () => add, flops: 1, backward: 3 }];
}
