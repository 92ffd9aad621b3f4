import { ClebschError, expected } from '../errors.js';
import { Module, type ParameterOptions } from '../nn/index.js';
import { type LayerConfig, type Shapes, checkLayer, layerNamed, layerOf } from './registry.js';
import { isObject, op } from './schema.js';

/** What `f` gives for each layer among the options of `config`, options of other kinds as they are. */
function mapLayers(config: LayerConfig, f: (nested: LayerConfig, path: string) => unknown): Record<string, unknown> {
  const isLayer = (value: unknown): value is LayerConfig => isObject(value) && 'layer' in value;
  const options = Object.entries(config).filter(([key]) => key !== 'layer');
  return Object.fromEntries(
    options.map(([key, value]): [string, unknown] => {
      if (isLayer(value)) return [key, f(value, key)];
      if (!Array.isArray(value) || !value.every(isLayer)) return [key, value];
      return [key, value.map((nested, i) => f(nested, `${key}.${i}`))];
    }),
  );
}

/** The module as data, without dtype and device. Throws ERR_VALUE where it holds one of a class that model files do not know. */
export function describeModule(module: Module): LayerConfig {
  const [layer] = layerOf(module) ?? [];
  if (layer === undefined) throw expected('describeModule', 'a class that model files know', 'module', module.constructor.name);
  const options = Object.entries(module.options).filter(([key]) => key !== 'dtype' && key !== 'device');
  const described = options.map(([key, value]: [string, unknown]): [string, unknown] => {
    if (value instanceof Module) return [key, describeModule(value as Module)];
    const modules = Array.isArray(value) && value.every((item) => item instanceof Module);
    return [key, modules ? (value as Module[]).map(describeModule) : value];
  });
  return { layer, ...Object.fromEntries(described) };
}

/** Names and shapes of all parameters and buffers of the module that `config` describes; takes no memory for them. */
export function stateShapes(config: unknown): Map<string, readonly number[]> {
  checkLayer(config, 'architecture');
  const all = new Map<string, readonly number[]>();
  const visit = (layer: LayerConfig, prefix: string): void => {
    const shapes = layerNamed(layer.layer).shapes as (options: LayerConfig) => Shapes;
    for (const [name, shape] of Object.entries(shapes(layer))) all.set(prefix + name, shape);
    mapLayers(layer, (nested, path) => visit(nested, `${prefix}${path}.`));
  };
  visit(config as LayerConfig, '');
  return all;
}

/** The module that `config` describes, freshly initialized. Throws ERR_FORMAT naming the layer where the description makes no sense. */
export function buildModule(config: unknown, parameters: ParameterOptions = {}): Module {
  checkLayer(config, 'architecture');
  const built: Module[] = [];
  const build = (layer: LayerConfig, path: string): Module => {
    const options = mapLayers(layer, (nested, key) => build(nested, `${path}.${key}`));
    const module = create(layer.layer, { ...options, ...parameters }, path);
    built.push(module);
    return module;
  };
  try {
    return build(config as LayerConfig, 'architecture');
  } catch (error) {
    for (const module of built) module.dispose();
    throw error;
  }
}

function create(name: string, options: object, path: string): Module {
  try {
    return (layerNamed(name).create as (options: object) => Module)(options);
  } catch (cause) {
    if (!(cause instanceof ClebschError) || !['ERR_VALUE', 'ERR_SHAPE', 'ERR_FORMAT'].includes(cause.code)) throw cause;
    throw new ClebschError('ERR_FORMAT', op, `expected a ${name} that can be built for ${path}, got: ${cause.message}`, { cause });
  }
}
