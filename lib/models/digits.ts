import { type Interpolation, interpolations } from '../data/projection.js';
import { digitInput } from '../data/signal_input.js';
import { expectFormat } from '../formats/format_check.js';
import type { ParameterOptions } from '../nn/index.js';
import { pointwise } from '../nn/activation.js';
import { Classifier } from './classifier.js';
import { type PlanarCnnPlan, planarCnn } from './planar_cnn.js';
import { type Check, choice, either, flag, isObject, list, number, op, optional, record, whole } from './schema.js';
import { type SphericalNetworkPlan, sphericalNetwork } from './spherical_plan.js';

const classes = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Kinds of networks that classify digits on the sphere. */
export const digitModels = ['hybrid', 'strict', 'planar'] as const;
export type DigitModel = (typeof digitModels)[number];

type Without<Plan> = Omit<Plan, 'classes' | keyof ParameterOptions>;

interface Reading {
  /** How digits are read where they are put on the sphere; default 'bilinear'. */
  readonly interpolation?: Interpolation;
}

/** Activations at the points of SO(3), then products; or, `strict`, products alone. */
export interface SphericalDigitPlan extends Without<SphericalNetworkPlan>, Reading {
  readonly model: 'hybrid' | 'strict';
}

/** A CNN on the latitude-longitude image, 2L x 2L, of the degrees l < L. */
export interface PlanarDigitPlan extends Omit<Without<PlanarCnnPlan>, 'height' | 'width'>, Reading {
  readonly model: 'planar';
  readonly L: number;
}

/** A network for digits as JSON: its kind, and sizes. `config.json` of a run holds one, and a user may change it. */
export type DigitPlan = SphericalDigitPlan | PlanarDigitPlan;

/** For digits as in the published data, so that figures compare. */
const plans: Readonly<Record<DigitModel, DigitPlan>> = {
  hybrid: {
    model: 'hybrid',
    interpolation: 's2cnn',
    L: 20,
    blocks: [
      { kind: 'group', L: 18, N: 3, channels: 10, knots: 9, fn: 'square', shift: 1, oversampling: 1.5 },
      { kind: 'group', L: 12, N: 3, channels: 14, knots: 4, fn: 'square', shift: 1, oversampling: 1.5 },
      { kind: 'group', L: 10, N: 2, channels: 20, knots: 4, fn: 'square', shift: 1, oversampling: 1.5 },
      { kind: 'group', L: 8, N: 2, channels: 22, knots: 3, fn: 'square', shift: 1, oversampling: 1.5 },
      { kind: 'product', L: 4, channels: 24, fragments: 2, lift: { L: 6, channels: 24, knots: 4 } },
    ],
    mixing: 'mst',
    constrained: true,
    normalizeSamples: true,
    hidden: 32,
    dropout: 0.2,
  },
  strict: {
    model: 'strict',
    interpolation: 's2cnn',
    L: 12,
    blocks: [
      { kind: 'product', L: 6, channels: 10 },
      { kind: 'product', L: 5, channels: 12 },
      { kind: 'product', L: 4, channels: 12 },
    ],
    mixing: 'full',
    constrained: false,
    hidden: 64,
    dropout: 0.2,
  },
  planar: { model: 'planar', interpolation: 's2cnn', L: 20, channels: [16, 32, 48], hidden: 30, dropout: 0.2 },
};

export function digitPlan(model: DigitModel): DigitPlan {
  return plans[model];
}

const interpolation = optional(choice(interpolations));
const bandlimit = whole(1, 64);
const channels = whole(1, 1024);
const hidden = { hidden: optional(whole(1, 4096)), dropout: optional(number(0, 0.99)) };

const groupBlock = record({
  kind: choice(['group']),
  L: bandlimit,
  N: bandlimit,
  channels,
  knots: bandlimit,
  fn: optional(choice(Object.keys(pointwise))),
  oversampling: optional(number(1, 16)),
  shift: optional(number(-10, 10)),
});
const productBlock = record({
  kind: optional(choice(['product'])),
  L: bandlimit,
  channels,
  lift: optional(record({ L: bandlimit, channels, knots: bandlimit })),
  fragments: optional(whole(1, 64)),
});
const anyBlock = either((value) => isObject(value) && value['kind'] === 'group', groupBlock, productBlock);

function spherical(block: Check): Check {
  const blocks = optional(list(block, 0, 64));
  const mixing = optional(choice(['full', 'mst', 'rmst']));
  return record({
    model: choice(digitModels),
    interpolation,
    L: bandlimit,
    blocks,
    mixing,
    constrained: optional(flag),
    normalizeSamples: optional(flag),
    ...hidden,
  });
}

const checks: Readonly<Record<DigitModel, Check>> = {
  hybrid: spherical(anyBlock),
  strict: spherical(productBlock),
  planar: record({ model: choice(digitModels), interpolation, L: bandlimit, channels: optional(list(channels, 0, 16)), ...hidden }),
};

/** Passes a plan through, or throws ERR_FORMAT with the place of what is wrong with it. */
export function checkDigitPlan(value: unknown, path: string): DigitPlan {
  expectFormat(op, isObject(value), 'an object', path, value);
  choice(digitModels)(value['model'], `${path}.model`);
  checks[value['model'] as DigitModel](value, path);
  return value as unknown as DigitPlan;
}

/** A freshly initialized network that takes digits (see `SignalInput`) and has a logit for each of 0..9. Throws ERR_VALUE for a plan that does not fit. */
export function digitClassifier(plan: DigitPlan, options: ParameterOptions = {}): Classifier {
  const { model, interpolation, L, ...sizes } = plan;
  const common = { classes: classes.length, ...options };
  if (model === 'planar') {
    const network = planarCnn({ ...(sizes as Omit<PlanarDigitPlan, 'model' | 'L'>), height: 2 * L, width: 2 * L, ...common });
    return new Classifier({ network, input: digitInput(L, 'image', interpolation), classes });
  }
  const network = sphericalNetwork({ ...(sizes as Omit<SphericalDigitPlan, 'model' | 'L'>), L, ...common });
  return new Classifier({ network, input: digitInput(L, 'coefficients', interpolation), classes });
}
