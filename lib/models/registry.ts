import { interpolations } from '../data/projection.js';
import { expectFormat } from '../formats/format_check.js';
import * as nn from '../nn/index.js';
import { convolutionSteps } from '../nn/generalized_convolution.js';
import { fragmentCount } from '../nn/fragments.js';
import type { Module, ParameterOptions } from '../nn/index.js';
import { Classifier, type ClassifierOptions } from './classifier.js';
import { type Check, choice, either, flag, isObject, list, number, op, optional, record, text, whole } from './schema.js';
import { SphericalNetwork, type SphericalNetworkOptions } from './spherical_network.js';

/** A module as data: the name of its class, and its options; options that are modules are such objects again. */
export interface LayerConfig {
  readonly layer: string;
  readonly [option: string]: unknown;
}

/** Shapes of parameters and buffers by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A class whose modules model files can hold. */
export interface Layer {
  readonly Class: abstract new (...args: never[]) => Module;
  readonly check: Check;
  readonly create: (options: never) => Module;
  /** Its own parameters and buffers, so that a file can be checked before memory is taken. */
  readonly shapes: (options: never) => Shapes;
}

type Fields<O> = { readonly [K in keyof Omit<O, keyof ParameterOptions>]-?: Check };

function define<O extends object>(
  Class: Layer['Class'],
  fields: Fields<O>,
  create: (options: O & ParameterOptions) => Module,
  shapes: (options: O) => Shapes = () => ({}),
): Layer {
  return { Class, check: record({ layer: text, ...(fields as Record<string, Check>) }), create, shapes };
}

const size = whole(1, 2 ** 20);
const maxNesting = 32;
/** Of the tables of one product, of the order of 1 GB. */
const maxCouplings = 2 ** 28;

const pair = either(Array.isArray, list(size, 2, 2), size);
const tau = list(whole(0, 2 ** 16), 1, 512);
const edges = list(list(list(whole(0, 511), 2, 2), 0, 2 ** 18), 0, 1024);
const fn = choice(Object.keys(nn.pointwise));
const nested: Check = (value, path) => checkLayer(value, path);
const modules = list(nested, 0, 1024);
const input = record({
  sampling: choice(['mw', 'mwss', 'dh', 'gl']),
  bandlimit: whole(1, 512),
  L: whole(1, 512),
  form: choice(['coefficients', 'image']),
  interpolation: optional(choice(interpolations)),
});

/** Passes where `config` describes a layer that is known, all options included; else throws ERR_FORMAT with the place. */
export function checkLayer(config: unknown, path: string): void {
  expectFormat(op, path.split('.').length <= maxNesting, `at most ${maxNesting} levels`, 'the architecture', path);
  expectFormat(op, isObject(config) && typeof config['layer'] === 'string', "an object with a string 'layer'", path, config);
  const name = config['layer'];
  expectFormat(op, Object.hasOwn(layers, name), 'a known layer', `${path}.layer`, name);
  layers[name]!.check(config, path);
}

export function layerNamed(name: string): Layer {
  return layers[name]!;
}

/** The layer of a module's class, and its name. */
export function layerOf(module: Module): [name: string, layer: Layer] | undefined {
  return Object.entries(layers).find(([, { Class }]) => Class === module.constructor);
}

/** The activation, unless the tables of its product would be absurdly large. */
function createProduct(o: nn.TensorProductActivationOptions): Module {
  let couplings = 0;
  for (const [l1, l2] of o.edges.flat()) {
    const own = (2 * l1 + 1) * (2 * l2 + 1) * (o.tau[l1] ?? 0) * (o.tau[l2] ?? 0);
    couplings += Math.max(own, 1); // an edge between no fragments takes room too
  }
  expectFormat(op, couplings <= maxCouplings, `at most ${maxCouplings} couplings`, 'edges', couplings);
  return new nn.TensorProductActivation(o);
}

function convolutionShapes(o: nn.GeneralizedConvolutionOptions): Shapes {
  const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const weights = convolutionSteps(o).map(
    ({ shapes }, i) => [`weights.${i}`, [shapes.reduce((sum, shape) => sum + product(shape), 0)]] as const,
  );
  const biased = (o.bias ?? true) && o.tauOut[0]! > 0;
  return { ...Object.fromEntries(weights), ...(biased && { bias: [o.tauOut[0]!, o.channelsOut] }) };
}

function conv2dShapes({ kernel, channelsIn, channelsOut, bias = true }: nn.Conv2dOptions): Shapes {
  const [ky, kx] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  return { weight: [ky, kx, channelsIn, channelsOut], ...(bias && { bias: [channelsOut] }) };
}

function batchNormShapes({ channels }: nn.BatchNormOptions): Shapes {
  return Object.fromEntries(['scale', 'shift', 'runningMean', 'runningVariance'].map((name) => [name, [channels]]));
}

const bandlimit = whole(1, 512);
const filters = {
  L: bandlimit,
  LOut: optional(bandlimit),
  channelsIn: size,
  channelsOut: size,
  knots: optional(bandlimit),
  bias: optional(flag),
};

function covariantNormShapes({ tau: fragments, channels, perSample }: nn.CovariantNormOptions): Shapes {
  const shape = [fragmentCount(fragments), channels];
  return { scale: shape, ...(!perSample && { running: shape }) };
}

/** Every layer by its name in model files. */
const layers: Readonly<Record<string, Layer>> = {
  Activation: define<{ fn: nn.Pointwise }>(nn.Activation, { fn }, (o) => new nn.Activation(o)),
  BatchNorm: define<nn.BatchNormOptions>(
    nn.BatchNorm,
    { channels: size, momentum: optional(number(0, 1)), eps: optional(number(0, 1)) },
    (o) => new nn.BatchNorm(o),
    batchNormShapes,
  ),
  Classifier: define<ClassifierOptions>(Classifier, { network: nested, input, classes: list(text, 1, 2 ** 16) }, (o) => new Classifier(o)),
  Conv2d: define<nn.Conv2dOptions>(
    nn.Conv2d,
    {
      channelsIn: size,
      channelsOut: size,
      kernel: pair,
      stride: optional(pair),
      padding: optional(either((value) => typeof value === 'string', choice(['valid', 'same']), whole(0, 1024))),
      bias: optional(flag),
    },
    (o) => new nn.Conv2d(o),
    conv2dShapes,
  ),
  CovariantNorm: define<nn.CovariantNormOptions>(
    nn.CovariantNorm,
    {
      tau,
      channels: size,
      momentum: optional(number(0, 1)),
      eps: optional(number(0, 1)),
      perSample: optional(flag),
      normalizeSamples: optional(flag),
    },
    (o) => new nn.CovariantNorm(o),
    covariantNormShapes,
  ),
  Dropout: define<{ p: number }>(nn.Dropout, { p: number(0, 1) }, (o) => new nn.Dropout(o)),
  Flatten: define<object>(nn.Flatten, {}, () => new nn.Flatten()),
  GeneralizedConvolution: define<nn.GeneralizedConvolutionOptions>(
    nn.GeneralizedConvolution,
    {
      tauIn: tau,
      tauOut: tau,
      channelsIn: size,
      channelsOut: size,
      constrained: optional(flag),
      tauMid: optional(tau),
      bias: optional(flag),
    },
    (o) => new nn.GeneralizedConvolution(o),
    convolutionShapes,
  ),
  Invariants: define<nn.InvariantsOptions>(nn.Invariants, { tau, norms: optional(flag) }, (o) => new nn.Invariants(o)),
  Linear: define<{ nIn: number; nOut: number; bias?: boolean }>(
    nn.Linear,
    { nIn: size, nOut: size, bias: optional(flag) },
    (o) => new nn.Linear(o.nIn, o.nOut, o),
    ({ nIn, nOut, bias = true }) => ({ weight: [nIn, nOut], ...(bias && { bias: [nOut] }) }),
  ),
  MaxPool2d: define<nn.PoolOptions>(nn.MaxPool2d, { kernel: pair, stride: optional(pair) }, (o) => new nn.MaxPool2d(o)),
  MeanPool2d: define<nn.PoolOptions>(nn.MeanPool2d, { kernel: pair, stride: optional(pair) }, (o) => new nn.MeanPool2d(o)),
  NormActivation: define<nn.NormActivationOptions>(nn.NormActivation, { tau, fn }, (o) => new nn.NormActivation(o)),
  S2Activation: define<nn.S2ActivationOptions>(
    nn.S2Activation,
    { L: bandlimit, fn, oversampling: optional(number(1, 16)) },
    (o) => new nn.S2Activation(o),
  ),
  S2Convolution: define<nn.S2ConvolutionOptions>(
    nn.S2Convolution,
    { ...filters, N: bandlimit },
    (o) => new nn.S2Convolution(o),
    (o) => nn.filterShapes(nn.s2ConvolutionTypes(o), o),
  ),
  Sequential: define<{ modules: readonly Module[] }>(nn.Sequential, { modules }, (o) => new nn.Sequential(o.modules)),
  SignalNorm: define<nn.SignalNormOptions>(
    nn.SignalNorm,
    {
      L: bandlimit,
      N: optional(bandlimit),
      channels: size,
      shift: optional(number(-10, 10)),
      normalizeSamples: optional(flag),
      momentum: optional(number(0, 1)),
      eps: optional(number(0, 1)),
    },
    (o) => new nn.SignalNorm(o),
    ({ channels }) => ({ shift: [channels], running: [channels] }),
  ),
  SO3Activation: define<nn.SO3ActivationOptions>(
    nn.SO3Activation,
    { L: bandlimit, N: bandlimit, fn, oversampling: optional(number(1, 16)) },
    (o) => new nn.SO3Activation(o),
  ),
  SO3Convolution: define<nn.SO3ConvolutionOptions>(
    nn.SO3Convolution,
    { ...filters, N: bandlimit, NOut: optional(bandlimit) },
    (o) => new nn.SO3Convolution(o),
    (o) => nn.filterShapes(nn.so3ConvolutionTypes(o), o),
  ),
  SphericalLayer: define<nn.SphericalLayerOptions>(
    nn.SphericalLayer,
    { L1: nested, N: nested, L2: nested },
    (o) => new nn.SphericalLayer(o),
  ),
  SphericalNetwork: define<SphericalNetworkOptions>(
    SphericalNetwork,
    { blocks: modules, readouts: modules, head: nested },
    (o) => new SphericalNetwork(o),
  ),
  TensorProductActivation: define<nn.TensorProductActivationOptions>(nn.TensorProductActivation, { tau, edges }, createProduct),
  ZonalConvolution: define<nn.ZonalConvolutionOptions>(
    nn.ZonalConvolution,
    filters,
    (o) => new nn.ZonalConvolution(o),
    (o) => nn.filterShapes(nn.zonalConvolutionTypes(o), o),
  ),
};
