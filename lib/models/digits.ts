import { expectFormat } from '../formats/format_check.js';
import type { Module, ParameterOptions } from '../nn/index.js';
import { Classifier } from './classifier.js';
import type { SignalInput } from './input.js';
import { planarCnn } from './planar_cnn.js';
import { isObject, op } from './schema.js';
import { sphericalNetwork } from './spherical_network.js';

const bandlimit = 12;
const classes = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Kinds of networks that classify digits on the sphere. */
export const digitModels = ['hybrid', 'strict', 'planar'] as const;
export type DigitModel = (typeof digitModels)[number];

/** A network for digits as JSON: its kind, and sizes. `config.json` of a run holds one, and a user may change it. */
export interface DigitPlan {
  readonly model: DigitModel;
}

/** The plan of a kind with the sizes that its published figures were measured with. */
export function digitPlan(model: DigitModel): DigitPlan {
  return { model };
}

/** Passes a plan through, or throws ERR_FORMAT with the place of what is wrong with it. */
export function checkDigitPlan(value: unknown, path: string): DigitPlan {
  expectFormat(
    op,
    isObject(value) && digitModels.includes(value['model'] as DigitModel),
    `one of ${digitModels.join(', ')}`,
    `${path}.model`,
    value,
  );
  return value as unknown as DigitPlan;
}

/** A freshly initialized network that takes digits (see `SignalInput`) and has a logit for each of 0..9. */
export function digitClassifier(plan: DigitPlan, options: ParameterOptions = {}): Classifier {
  const planar = plan.model === 'planar';
  const input: SignalInput = { sampling: 'gl', bandlimit: 2 * bandlimit, L: bandlimit, form: planar ? 'image' : 'coefficients' };
  const network: Module = planar
    ? planarCnn({ height: 2 * bandlimit, width: 2 * bandlimit, classes: classes.length, ...options })
    : sphericalNetwork({ L: bandlimit, classes: classes.length, ...options });
  return new Classifier({ network, input, classes });
}
