import { type Tensor, equivarianceError, mixingSet, models, nn, random, s2Type, tensorProduct } from '../../lib/index.js';
import { withWrongSign } from '../support/wrong_sign.js';

const limits = { float32: 1e-5, float64: 1e-12 } as const;
const L = 4;
const tau = s2Type(L);
const channels = 3;
const edges = mixingSet('full', L);

/** Invariants as a signal of degree 0. */
const asScalars =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor => {
    const y = f(x);
    return y.reshape([...y.shape, 1]);
  };

beforeEach(() => random.seed(2));

describe.each(['float32', 'float64'] as const)('equivariance, %s', (dtype) => {
  const product = new nn.TensorProductActivation({ tau, edges });
  const sizes = { tauIn: tau, tauOut: [2, 1, 1, 0], channelsIn: channels, channelsOut: 2, dtype };
  const norm = { tau, channels, dtype };
  const layers: [string, () => nn.Module, number[]][] = [
    ['GeneralizedConvolution', () => new nn.GeneralizedConvolution(sizes), sizes.tauOut],
    ['GeneralizedConvolution, constrained', () => new nn.GeneralizedConvolution({ ...sizes, constrained: true }), sizes.tauOut],
    ['TensorProductActivation', () => product, [...product.tau]],
    ['CovariantNorm, training', () => new nn.CovariantNorm(norm), tau],
    ['CovariantNorm, evaluation', () => new nn.CovariantNorm(norm).eval(), tau],
    ['CovariantNorm, per sample', () => new nn.CovariantNorm({ ...norm, perSample: true }), tau],
    ['CovariantNorm, samples normalized', () => new nn.CovariantNorm({ ...norm, normalizeSamples: true }), tau],
    ['SignalNorm, samples normalized', () => new nn.SignalNorm({ L, channels, normalizeSamples: true, dtype }), tau],
    ['NormActivation', () => new nn.NormActivation({ tau, fn: 'tanh' }), tau],
  ];

  test.each(layers)('%s', async (_, make, tauOut) => {
    const module = make();
    const { max } = await equivarianceError((x) => module.forward(x), { tauIn: tau, tauOut, channels, dtype });
    expect(max).toBeLessThan(limits[dtype]);
  });

  test('Invariants', async () => {
    const module = new nn.Invariants({ tau, norms: true });
    const { max } = await equivarianceError(
      asScalars((x) => module.forward(x)),
      { tauIn: tau, tauOut: [L * channels], channels, dtype },
    );
    expect(max).toBeLessThan(limits[dtype]);
  });

  test('a network of three products before its read-out', async () => {
    const plan = {
      L: 8,
      blocks: [
        { L: 6, channels: 6 },
        { L: 5, channels: 6 },
        { L: 4, channels: 6 },
      ],
      classes: 10,
      dtype,
    };
    const network = models.sphericalNetwork(plan).eval();
    const options = { tauIn: network.types[0]!, dtype };
    const { max } = await equivarianceError((x) => network.signals(x).at(-1)!, { ...options, tauOut: network.types.at(-1)! });
    expect(max).toBeLessThan(limits[dtype]);
    const logits = await equivarianceError(
      asScalars((x) => network.forward(x)),
      { ...options, tauOut: [10] },
    );
    expect(logits.max).toBeLessThan(10 * limits[dtype]);
    network.dispose();
  });
});

test('the generator is back before other code can run', async () => {
  const before = random.state();
  const error = equivarianceError((x) => x, { tauIn: tau, tauOut: tau });
  expect(random.state()).toEqual(before);
  await error;
});

test('one wrong sign of a coupling shows', async () => {
  const product = tensorProduct({ tau1: tau, edges });
  const options = { tauIn: tau, tauOut: product.tau, channels };
  expect((await equivarianceError((x) => withWrongSign(product, edges, x), options)).mean).toBeGreaterThan(1e-2);
});

test('the error of S2Activation falls with oversampling', async () => {
  const errorAt = async (oversampling: number): Promise<number> => {
    const layer = new nn.S2Activation({ L: 8, fn: 'relu', oversampling });
    return (await equivarianceError((x) => layer.forward(x), { tauIn: s2Type(8), tauOut: s2Type(8) })).mean;
  };
  expect(await errorAt(1)).toBeGreaterThan(0.1);
  expect(await errorAt(2)).toBeLessThan(0.05);
  expect(await errorAt(4)).toBeLessThan(0.01);
});
