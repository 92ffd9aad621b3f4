import type { Dtype } from '../dtype.js';
import { expected } from '../errors.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { matmul } from './contract.js';
import { max, mean } from './reduce.js';
import { type Window, unfold } from './rows.js';
import { reshape } from './views.js';

/** Rows and columns; one number stands for both. */
export type Pair = number | readonly [number, number];
/** Zeros around an image: none, as many as keep ceil(size / stride) outputs, or a number on every side. */
export type Padding = 'valid' | 'same' | number;

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** Zeros before and after an axis. */
function margins(size: number, kernel: number, stride: number, padding: Padding): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding, padding];
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The patches [B, Ho, Wo, ky, kx, C] of images [B, H, W, C]. */
function patches<D extends Dtype>(op: string, x: Tensor<D>, kernel: Pair, stride: Pair, padding: Padding): Tensor<D> {
  if (x.shape.length !== 4) throw expected(op, '[batch, height, width, channels]', 'x', x.shape, 'ERR_SHAPE');
  const [ky, kx] = pair(kernel);
  const [sy, sx] = pair(stride);
  const [top, bottom] = margins(x.shape[1]!, ky, sy, padding);
  const [left, right] = margins(x.shape[2]!, kx, sx, padding);
  const window: Window = [ky, kx, sy, sx, top, left, bottom, right];
  return unfold(x, window);
}

/** Cross-correlation of images [B, H, W, Cin] with a filter [ky, kx, Cin, Cout]: [B, Ho, Wo, Cout]. */
export function conv2d<D extends Dtype>(x: Tensor<D>, filter: Tensor<D>, stride: Pair = 1, padding: Padding = 'valid'): Tensor<D> {
  const [ky, kx, channelsIn, channelsOut] = filter.shape;
  if (filter.shape.length !== 4) throw expected('conv2d', '[ky, kx, channelsIn, channelsOut]', 'filter', filter.shape, 'ERR_SHAPE');
  if (x.shape[3] !== channelsIn) throw expected('conv2d', `[batch, height, width, ${channelsIn}]`, 'x', x.shape, 'ERR_SHAPE');
  return tidy(() => {
    const p = patches('conv2d', x, [ky!, kx!], stride, padding);
    const [batch, rows, columns] = p.shape as [number, number, number];
    const width = ky! * kx! * channelsIn!;
    const y = matmul(reshape(p, [batch * rows * columns, width]), reshape(filter, [width, channelsOut!]));
    return reshape(y, [batch, rows, columns, channelsOut!]);
  });
}

/** The largest value of each window of images [B, H, W, C]; `stride` is the kernel's size if left out. */
export function maxPool2d<D extends Dtype>(x: Tensor<D>, kernel: Pair, stride: Pair = kernel): Tensor<D> {
  return tidy(() => max(patches('maxPool2d', x, kernel, stride, 'valid'), [3, 4]));
}

/** The mean of each window of images [B, H, W, C]; `stride` is the kernel's size if left out. */
export function meanPool2d<D extends Dtype>(x: Tensor<D>, kernel: Pair, stride: Pair = kernel): Tensor<D> {
  return tidy(() => mean(patches('meanPool2d', x, kernel, stride, 'valid'), [3, 4]));
}
