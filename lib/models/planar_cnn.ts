import { Activation } from '../nn/activation.js';
import { Conv2d } from '../nn/convolution.js';
import { Dropout } from '../nn/dropout.js';
import { Linear, type ParameterOptions } from '../nn/linear.js';
import type { Module } from '../nn/module.js';
import { MaxPool2d } from '../nn/pool.js';
import { Flatten, Sequential } from '../nn/sequential.js';

export interface PlanarCnnPlan extends ParameterOptions {
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  /** Of each stage; a stage halves height and width. Default 16, 32, 48. */
  readonly channels?: readonly number[];
  /** Width of the dense layer; default 46 (with 24 x 24 pixels and 10 classes 39,060 weights, as many as the default spherical network has). */
  readonly hidden?: number;
  /** Probability of dropping a hidden unit; default 0.2. */
  readonly dropout?: number;
}

/** A plain convolutional network for images [n, height, width, 1]: stages of 3 x 3 convolution, ReLU and 2 x 2 pooling, then a dense head. */
export function planarCnn(plan: PlanarCnnPlan): Module {
  const { height, width, classes, channels = [16, 32, 48], hidden = 46, dropout = 0.2, ...options } = plan;
  const stages = channels.flatMap((channelsOut, i) => [
    new Conv2d({ channelsIn: channels[i - 1] ?? 1, channelsOut, kernel: 3, padding: 'same', ...options }),
    new Activation({ fn: 'relu' }),
    new MaxPool2d({ kernel: 2 }),
  ]);
  const halved = (size: number): number => Math.floor(size / 2 ** channels.length);
  const features = halved(height) * halved(width) * (channels.at(-1) ?? 1);
  return new Sequential([
    ...stages,
    new Flatten(),
    new Linear(features, hidden, options),
    new Activation({ fn: 'relu' }),
    new Dropout({ p: dropout }),
    new Linear(hidden, classes, options),
  ]);
}
