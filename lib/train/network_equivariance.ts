import type { DeviceOption } from '../device.js';
import { expected } from '../errors.js';
import { equivarianceError } from '../harmonics/equivariance.js';
import { loadModel } from '../model_file.js';
import { buildModule, describeModule } from '../models/build.js';
import { Classifier } from '../models/classifier.js';
import { isObject } from '../models/schema.js';
import { SphericalNetwork } from '../models/spherical_network.js';
import { CovariantNorm } from '../nn/covariant_norm.js';
import { scaleFragments } from '../nn/fragments.js';
import { Sequential } from '../nn/sequential.js';
import { random } from '../random.js';
import type { Tensor } from '../tensor.js';

const gridActivations: readonly unknown[] = ['S2Activation', 'SO3Activation'];

/** The description of a module with another oversampling of its point-wise activations. */
function withOversampling(config: unknown, oversampling: number): unknown {
  if (Array.isArray(config)) return config.map((entry) => withOversampling(entry, oversampling));
  if (!isObject(config)) return config;
  const entries = Object.entries(config).map(([key, value]) => [key, withOversampling(value, oversampling)]);
  return { ...Object.fromEntries(entries), ...(gridActivations.includes(config['layer']) && { oversampling }) };
}

/** The same network on finer or coarser grids: what its weights mean does not depend on them. */
function resampled(network: SphericalNetwork, oversampling: number, options: NetworkErrorOptions): SphericalNetwork {
  const { dtype, device } = options;
  const before = random.state();
  const copy = buildModule(withOversampling(describeModule(network), oversampling), { dtype, ...(device && { device }) });
  random.restore(before); // initial weights are drawn only to be replaced
  copy.loadStateDict(network.stateDict());
  return copy.eval() as SphericalNetwork;
}

/**
 * Gives white noise the spectrum that the network knows, where its first layer is a norm with running averages. Without it the noise would be
 * enlarged far beyond any signal of training, and the powers of it that products take overflow.
 */
function familiar(network: SphericalNetwork): (x: Tensor) => Tensor {
  const [block] = network.blocks;
  const first = block instanceof Sequential ? block.modules[0] : block;
  if (!(first instanceof CovariantNorm) || first.running === undefined) return (x) => x;
  const { running } = first;
  return (x) => scaleFragments('networkEquivarianceError', x, running, first.options.tau);
}

export interface NetworkErrorOptions {
  readonly dtype: 'float32' | 'float64';
  readonly device?: DeviceOption;
  /** Of all activations on grids; default: as the model has it. */
  readonly oversampling?: number;
}

/**
 * The error of equivariance (see `equivarianceError`) of a model file's network, from its input to the last signal before the read-out; the input has
 * normal coefficients with the spectrum that the network was trained on.
 * Throws what loadModel throws, and ERR_VALUE where the network is no `SphericalNetwork`.
 */
export async function networkEquivarianceError(file: string, options: NetworkErrorOptions): Promise<{ mean: number; max: number }> {
  const { dtype, device, oversampling } = options;
  const place = device ? { device } : {};
  const model = await loadModel(file, { dtype, ...place });
  const made = [model.module];
  try {
    const network = model.module instanceof Classifier ? model.module.network : model.module;
    if (!(network instanceof SphericalNetwork))
      throw expected('networkEquivarianceError', 'a SphericalNetwork', file, network.constructor.name);
    const used = oversampling === undefined ? network : resampled(network, oversampling, options);
    made.push(used);
    const [tauIn, tauOut] = [used.types[0]!, used.types.at(-1)!];
    const input = familiar(used);
    return await equivarianceError((x) => used.signals(input(x)).at(-1)!, { tauIn, tauOut, dtype, ...place });
  } finally {
    made.forEach((module) => module.dispose());
  }
}
