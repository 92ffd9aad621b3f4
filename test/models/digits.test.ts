import { models, random, tidy } from '../../lib/index.js';
import { checkDigitPlan, digitClassifier, digitModels, digitPlan } from '../../lib/models/digits.js';
import { inputShape } from '../../lib/data/signal_input.js';

const group = { kind: 'group', L: 3, N: 2, channels: 2, knots: 2 } as const;
const lift = { L: 3, channels: 2, knots: 2 };
const product = { kind: 'product', L: 2, channels: 3 } as const;

test.each(digitModels)('%s: at most 60,000 weights, and a logit for each class', (model) => {
  tidy(() => {
    const classifier = digitClassifier(digitPlan(model));
    expect(classifier.parameterCount()).toBeLessThanOrEqual(60_000);
    const x = random.normal([2, ...inputShape(classifier.options.input)]);
    expect(classifier.eval().forward(x).shape).toEqual([2, 10]);
    classifier.dispose();
  });
});

test.each(digitModels)('%s: the plan is JSON that passes its own check', (model) => {
  const plan: unknown = JSON.parse(JSON.stringify(digitPlan(model)));
  expect(checkDigitPlan(plan, 'plan')).toEqual(digitPlan(model));
});

test('a plan says how digits are read, and the model file with it', () => {
  const plan = { model: 'strict', L: 3, blocks: [], interpolation: 'bilinear' } as const;
  for (const [interpolation, input] of [
    [{ interpolation: 's2cnn' }, 's2cnn'],
    [{}, 'bilinear'],
    [{ interpolation: undefined }, undefined],
  ] as const) {
    const classifier = digitClassifier({ ...plan, ...interpolation } as typeof plan);
    expect(classifier.options.input.interpolation).toBe(input);
    classifier.dispose();
  }
});

test.each<[string, unknown, RegExp]>([
  ['no object', 3, /an object for plan/],
  ['another model', { model: 'deep' }, /hybrid, strict, planar for plan\.model/],
  ['no bandlimit', { model: 'strict' }, /plan\.L/],
  ['an unknown option', { model: 'planar', L: 4, width: 3 }, /plan.*width/],
  ['a group block in a strict network', { model: 'strict', L: 4, blocks: [group] }, /plan\.blocks\.0/],
  ['a way to read digits that is not known', { model: 'strict', L: 4, interpolation: 'nearest' }, /plan\.interpolation/],
  ['an activation that is not known', { model: 'hybrid', L: 4, blocks: [{ ...group, fn: 'step' }] }, /plan\.blocks\.0\.fn/],
  ['absurd sizes', { model: 'hybrid', L: 4, blocks: [{ ...group, channels: 1e9 }] }, /plan\.blocks\.0\.channels/],
])('%s is no plan', (_, plan, message) => {
  expect(() => checkDigitPlan(plan, 'plan')).toThrow(
    expect.objectContaining({ code: 'ERR_FORMAT', message: expect.stringMatching(message) as string }),
  );
});

test.each<[string, readonly models.BlockPlan[], RegExp]>([
  ['a bandlimit that rises', [{ ...product, L: 9 }], /the bandlimit of block 1, got 9/],
  ['a product on SO(3)', [group, product], /a lift/],
  ['N above L', [{ ...group, N: 4 }], /N/],
])('blocks that do not fit together: %s', (_, blocks, message) => {
  expect(() => models.sphericalNetwork({ L: 4, classes: 2, blocks })).toThrow(
    expect.objectContaining({ code: 'ERR_VALUE', message: expect.stringMatching(message) as string }),
  );
});

test('group blocks, a lift and products make a network of the types they say', () => {
  const network = models.sphericalNetwork({
    L: 4,
    classes: 2,
    blocks: [group, { ...product, lift }, product],
    mixing: 'mst',
    constrained: true,
  });
  expect(network.types).toEqual([
    [1, 1, 1, 1],
    [1, 3, 3],
    [1, 1],
    [1, 1],
  ]);
  network.dispose();
});
