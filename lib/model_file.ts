import { setImmediate } from 'node:timers/promises';
import { readBytes } from './atomic_file.js';
import { digitSide } from './data/mnist.js';
import { projectBatches } from './data/projection_pool.js';
import { type DeviceOption, deviceCode, deviceName } from './device.js';
import { type Dtype, type TypedArray, complexDtype, isComplex } from './dtype.js';
import { ClebschError, expected } from './errors.js';
import { safetensors } from './files.js';
import { expectFormat } from './formats/format_check.js';
import type { HostArray } from './formats/host_array.js';
import { parse } from './formats/safetensors.js';
import { parseStrictJson } from './formats/strict_json.js';
import { synchronize } from './machine.js';
import { buildModule, describeModule, stateShapes } from './models/build.js';
import { Classifier } from './models/classifier.js';
import { type SignalInput, digitGrid, inputGrid, inputShape, prepareSignals } from './data/signal_input.js';
import type { LayerConfig } from './models/registry.js';
import type { Module } from './nn/module.js';
import { slice } from './ops/blocks.js';
import { cast, concat, toDevice } from './ops/layout.js';
import { random } from './random.js';
import { tidy } from './scope.js';
import { noGrad } from './tape.js';
import { Tensor, tensor, zeros } from './tensor.js';

const op = 'loadModel';
const format = 'clebsch';
const version = 1;
const reservedKeys = ['format', 'clebsch.version', 'clebsch.config', 'clebsch.complex'];

const maxConfigLength = 4_000_000;
const maxConfigDepth = 64;

type Precision = 'float32' | 'float64';

/** What a model file holds beside its tensors. */
interface ModelConfig {
  /** Of all tensors. */
  readonly dtype: Precision;
  readonly architecture: LayerConfig;
}

export interface PredictOptions {
  /** Samples per forward pass, default 128. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/** A trained module with what belongs to it. */
export interface Model {
  readonly module: Module;
  readonly config: object;
  /**
   * The module's output in evaluation mode for each of n samples; for a `Classifier` the logits [n, classes].
   * A classifier takes digits [n, 28, 28], 0..255, which are projected as in training, or samples [n, nTheta, nPhi] on its grid (a plain typed
   * array is taken as digits where its length allows); any other module takes a tensor [n, ...] that is its input. The event loop runs in
   * between. Throws ERR_SHAPE, or ERR_ABORTED after `signal`.
   */
  predict(x: Tensor | TypedArray, options?: PredictOptions): Promise<Tensor>;
  dispose(): void;
}

/**
 * Writes a module as a safetensors file: parameters and buffers under their dotted names, and the architecture as JSON in its metadata; nothing in it
 * depends on the device. Throws ERR_VALUE for a module of a class that files do not know or reserved `metadata`, ERR_IO.
 */
export async function saveModel(
  module: Module,
  file: string,
  options: { readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const { metadata = {} } = options;
  const reserved = reservedKeys.find((key) => key in metadata);
  if (reserved !== undefined) throw expected('saveModel', 'other keys', 'metadata', reserved);
  const state = module.stateDict();
  const architecture = describeModule(module);
  const [stored, described] = [Object.keys(state).sort().join(), [...stateShapes(architecture).keys()].sort().join()];
  if (stored !== described) throw expected('saveModel', 'modules that occur once each', 'module', 'one that occurs twice');
  const dtypes = new Set(Object.values(state).map((t) => t.dtype));
  if (dtypes.size > 1) throw expected('saveModel', 'one dtype of all tensors', 'module', [...dtypes], 'ERR_DTYPE');
  const config = { dtype: [...dtypes][0] ?? 'float32', architecture };
  const own = { format, 'clebsch.version': String(version), 'clebsch.config': JSON.stringify(config) };
  await safetensors.save(file, state, { ...metadata, ...own });
}

/**
 * Reads a model file; the module is in evaluation mode, on `device` and in `dtype` (by default that of the file). Throws ERR_IO, or ERR_FORMAT naming
 * what is wrong: a newer version, an unknown layer, a tensor that is missing, left over or of another shape or dtype than the architecture says.
 */
export async function loadModel(
  file: string,
  options: { readonly device?: DeviceOption; readonly dtype?: Precision } = {},
): Promise<Model> {
  const device = deviceName(deviceCode(options.device));
  const { tensors, metadata } = parse(await readBytes(file, op));
  const config = readConfig(metadata);
  checkTensors(tensors, config);
  const dtype = options.dtype ?? config.dtype;
  const before = random.state();
  const module = buildModule(config.architecture, { dtype, device });
  random.restore(before); // initial weights are drawn only to be replaced
  try {
    tidy(() => {
      const state = Object.entries(module.stateDict()).map(([name, target]) => {
        const { data, shape } = tensors.get(name)!;
        return [name, tensor(data, shape, { dtype: target.dtype, device })] as const;
      });
      module.loadStateDict(Object.fromEntries(state));
      checkForward(module.eval(), dtype, device);
    });
  } catch (error) {
    module.dispose();
    throw error;
  }
  return new LoadedModel(module, config, dtype, device);
}

function readConfig(metadata: Readonly<Record<string, string>>): ModelConfig {
  expectFormat(op, metadata['format'] === format, format, 'the format in the metadata', metadata['format'] ?? 'none');
  const found = metadata['clebsch.version'] ?? 'none';
  const newer = /^\d+$/.test(found) && Number(found) > version;
  expectFormat(
    op,
    found === String(version),
    `version ${version}${newer ? ' (a later release wrote this file)' : ''}`,
    'clebsch.version',
    found,
  );
  const text = metadata['clebsch.config'] ?? '';
  const fits = text.length <= maxConfigLength;
  expectFormat(op, fits, `at most ${maxConfigLength} characters`, 'clebsch.config', `${text.length} characters`);
  const config = parseStrictJson(op, 'clebsch.config', text, maxConfigDepth, 'any');
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  expectFormat(op, isObject, 'an object', 'clebsch.config', config);
  const { dtype, architecture } = config as Record<string, unknown>;
  expectFormat(op, dtype === 'float32' || dtype === 'float64', 'float32 or float64', 'dtype', dtype);
  return { dtype, architecture: architecture as LayerConfig };
}

/** The tensors are exactly those of the architecture. No memory has been taken by then but that of the file. */
function checkTensors(tensors: ReadonlyMap<string, HostArray>, { dtype, architecture }: ModelConfig): void {
  const shapes = stateShapes(architecture);
  for (const [name, shape] of shapes) {
    const stored = tensors.get(name);
    expectFormat(op, stored !== undefined, 'an entry', `tensor '${name}'`, 'none');
    expectFormat(
      op,
      stored.shape.join() === shape.join(),
      `[${shape.join(', ')}]`,
      `the shape of tensor '${name}'`,
      `[${stored.shape.join(', ')}]`,
    );
    expectFormat(op, stored.dtype === dtype, dtype, `the dtype of tensor '${name}'`, stored.dtype);
  }
  const extra = [...tensors.keys()].find((name) => !shapes.has(name));
  expectFormat(op, extra === undefined, 'tensors of the architecture', 'the file', `also '${extra}'`);
}

/** A classifier must accept what its input preparation gives, and have a logit per class. */
function checkForward(module: Module, dtype: Precision, device: DeviceOption): void {
  if (!(module instanceof Classifier)) return;
  const { input, classes } = module.options;
  try {
    const { shape } = noGrad(() => module.forward(zeros([1, ...inputShape(input)], { dtype, device })));
    expectFormat(op, shape.join() === `1,${classes.length}`, `[n, ${classes.length}] (one per class)`, 'the output', shape);
  } catch (cause) {
    if (!(cause instanceof ClebschError) || !['ERR_SHAPE', 'ERR_VALUE'].includes(cause.code)) throw cause;
    throw new ClebschError('ERR_FORMAT', op, `expected layers that fit together, got: ${cause.message}`, { cause });
  }
}

/** The input of a module batch by batch, at least one; each is made when it is asked for. */
type Batches = (size: number, signal?: AbortSignal) => AsyncIterable<() => Tensor> | Iterable<() => Tensor>;

class LoadedModel implements Model {
  constructor(
    readonly module: Module,
    readonly config: object,
    private readonly dtype: Precision,
    private readonly device: DeviceOption,
  ) {}

  async predict(x: Tensor | TypedArray, options: PredictOptions = {}): Promise<Tensor> {
    const { batch = 128, signal } = options;
    if (!Number.isSafeInteger(batch) || batch < 1) throw expected('predict', 'a whole number >= 1', 'batch', batch);
    this.module.eval();
    return tidy(async () => {
      const batches = await this.batches(x);
      const outputs: Tensor[] = [];
      for await (const input of batches(batch, signal)) {
        if (signal?.aborted) throw new ClebschError('ERR_ABORTED', 'predict', 'stopped by its signal');
        const output = tidy(() => noGrad(() => this.module.forward(input())));
        outputs.push(output);
        await synchronize(output.device);
        await setImmediate(); // work that is done already does not give way to the event loop by itself
      }
      return concat(outputs);
    });
  }

  dispose(): void {
    this.module.dispose();
  }

  private async batches(x: Tensor | TypedArray): Promise<Batches> {
    if (!(this.module instanceof Classifier)) {
      if (x instanceof Tensor && x.shape.length > 0) return this.slices(x);
      throw expected(
        'predict',
        'a tensor [n, ...] (this model has no input preparation)',
        'x',
        x instanceof Tensor ? x.shape : x,
        'ERR_SHAPE',
      );
    }
    const { input } = this.module.options;
    const { nTheta, nPhi } = inputGrid(input);
    const shape = x instanceof Tensor ? x.shape : inferShape(x.length, nTheta, nPhi);
    const [, height, width] = shape;
    if (shape.length === 3 && height === digitSide && width === digitSide)
      return this.digits(x instanceof Tensor ? await x.data() : x, input);
    if (shape.length !== 3 || height !== nTheta || width !== nPhi) {
      throw expected('predict', `[n, ${digitSide}, ${digitSide}] (digits) or [n, ${nTheta}, ${nPhi}] (samples)`, 'x', shape, 'ERR_SHAPE');
    }
    return this.slices(x instanceof Tensor ? x : tensor(x, shape), (samples) => prepareSignals(samples, input));
  }

  private slices(x: Tensor, prepare: (part: Tensor) => Tensor = (part) => part): Batches {
    const [length = 0, ...rest] = x.shape;
    const wanted: Dtype = isComplex(x.dtype) ? complexDtype(this.dtype) : this.dtype;
    const part = (first: number, count: number): Tensor => slice(x, [first, ...rest.map(() => 0)], [count, ...rest]);
    const { device } = this;
    return function* (size) {
      for (let first = 0; first < length || first === 0; first += size)
        yield () => prepare(toDevice(cast(part(first, Math.min(size, length - first)), wanted), device));
    };
  }

  private digits(data: TypedArray, input: SignalInput): Batches {
    const images = new Uint8Array(data instanceof Uint8Array ? data : new Uint8ClampedArray(data));
    const grid = inputGrid(input);
    const { device, dtype } = this;
    return async function* (batch, signal) {
      for await (const samples of projectBatches(images, digitGrid(input), { batch, signal })) {
        const shape = [samples.length / (grid.nTheta * grid.nPhi), grid.nTheta, grid.nPhi];
        yield () => cast(prepareSignals(tensor(samples, shape, { device }), input), dtype);
      }
    };
  }
}

/** The shape of samples in a plain array. */
function inferShape(length: number, nTheta: number, nPhi: number): readonly number[] {
  const digits = length / digitSide ** 2;
  return Number.isInteger(digits) ? [digits, digitSide, digitSide] : [length / (nTheta * nPhi), nTheta, nPhi];
}
