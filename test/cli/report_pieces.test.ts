import { blockOutputs, relativeDifference, relativeSize } from '../../lib/cli/report/activations.js';
import { worstMistakes } from '../../lib/cli/report/mistakes.js';
import { mixingSection } from '../../lib/cli/report/mixing.js';
import { middleFragments, sphereOf } from '../../lib/cli/report/sphere.js';
import { mixingSet, models, nn, random, s2Type, so3Type } from '../../lib/index.js';

test('the middle fragment of each degree of one channel, n = 0 on SO(3)', () => {
  const [tau, channels] = [so3Type(3, 2), 2];
  // Each component tells its degree, order, fragment and channel.
  const signal = tau.flatMap((fragments, l) =>
    Array.from({ length: (2 * l + 1) * fragments * channels }, (_, i) => {
      const [c, t, m] = [i % channels, Math.floor(i / channels) % fragments, Math.floor(i / channels / fragments)];
      return 1000 * l + 100 * m + 10 * t + c;
    }),
  );
  const own = (l: number, t: number): number[] => Array.from({ length: 2 * l + 1 }, (_, m) => 1000 * l + 100 * m + 10 * t + 1);
  expect([...middleFragments(signal, tau, channels, 1)]).toEqual([...own(0, 0), ...own(1, 1), ...own(2, 1)]);
  expect([...middleFragments([5, 1, 2, 3], [1, 0], 1, 0)]).toEqual([5, 0, 0, 0]);
});

test('coefficients on the sphere: degree 1 is (y, z, x)', async () => {
  const { samples, rows } = await sphereOf(Float64Array.of(0, 0, 1, 0));
  const scale = Math.sqrt(3 / (4 * Math.PI));
  expect(samples[0]).toBeCloseTo(scale * Math.cos(Math.PI / (2 * rows)), 6);
  expect((await sphereOf(new Float64Array(100 ** 2))).rows).toBe(200);
});

test('the worst mistakes come first', () => {
  const logits = [2, 0, 0, 0, 3, 0, 1, 0, 0.9, 0, 9, 0];
  const found = worstMistakes(logits, [0, 1, 0, 1], [0, 0, 2, 2]);
  expect(found.map(({ index, truth, predicted }) => [index, truth, predicted])).toEqual([
    [3, 2, 1],
    [1, 0, 1],
    [2, 2, 0],
  ]);
  expect(found[0]!.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(found[2]!.probabilities[2]).toBeCloseTo(Math.exp(0.9) / (Math.exp(1) + 1 + Math.exp(0.9)), 12);
  expect(worstMistakes([], [], [])).toEqual([]);
});

test('relative sizes in words', () => {
  expect([0, 5.43e-7, 0.0011, 0.0583, 0.4].map(relativeSize)).toEqual(['0', '5.4e-7', '0.1 %', '5.8 %', '40 %']);
});

describe('the mixing sets of a module', () => {
  const product = (L: number, edges = mixingSet('mst', L)): nn.Module => new nn.TensorProductActivation({ tau: s2Type(L), edges });

  test('wherever its products are', () => {
    const layer = new nn.SphericalLayer({ L1: product(2), N: product(3, mixingSet('full', 3, { lOut: 5 })), L2: product(4) });
    const { figures } = mixingSection(new nn.Sequential([product(5), layer]));
    expect(figures.map(({ name, title }) => [name, /\((.*)\)/.exec(title)![1]])).toEqual([
      ['mixing-1', 'modules.0'],
      ['mixing-2', 'modules.1.L1'],
      ['mixing-3', 'modules.1.N'],
      ['mixing-4', 'modules.1.L2'],
    ]);
    expect(mixingSection(new nn.Linear(1, 1)).figures).toEqual([]);
  });

  test.each([
    [4, 4],
    [8, 8],
    [3, 5],
    [6, 3],
    [1, 1],
  ])('counts all pairs of degrees l < %d in, l < %d out', (L, lOut) => {
    const edges = mixingSet('full', L, { lOut });
    const pairs = edges.flat().length;
    expect(mixingSection(product(L, edges)).figures[0]!.caption).toMatch(`${pairs} of the ${pairs} pairs`);
  });

  test('a set too large for a page is drawn in part', () => {
    const [L, edges] = [64, mixingSet('full', 64)];
    const silent = new nn.TensorProductActivation({ tau: new Array<number>(L).fill(0), edges });
    const { caption, svg } = mixingSection(silent).figures[0]!;
    const drawn = Number(/degrees l < (\d+) are drawn/.exec(caption!)![1]);
    expect([...svg.matchAll(/class="edge"/g)]).toHaveLength(edges.slice(0, drawn).flat().length);
    expect(edges.slice(0, drawn + 1).flat().length).toBeGreaterThan(20_000);
    expect(caption).toMatch(/^65,568 of the 65,568 pairs/);
  });
});

test('a block that turns with its input, and one that is silent', async () => {
  random.seed(2);
  const [L, tau] = [3, s2Type(3)];
  const convolution = new nn.GeneralizedConvolution({ tauIn: tau, tauOut: tau, channelsIn: 1, channelsOut: 2 });
  const silent = new nn.GeneralizedConvolution({ tauIn: tau, tauOut: tau, channelsIn: 2, channelsOut: 1 });
  for (const parameter of Object.values(silent.parameters())) parameter.assign(parameter.mul(0));
  const readouts = [1, 2, 3].map(() => new nn.Invariants({ tau, norms: true }));
  const network = new models.SphericalNetwork({ blocks: [convolution, silent], readouts, head: new nn.Linear(12, 10) });
  const digits = { images: new Uint8Array(784).fill(200), labels: Uint8Array.of(3), angles: Float64Array.of(1, 2, 3) };
  const input = { sampling: 'gl', bandlimit: 6, L, form: 'coefficients' } as const;
  const place = { dtype: 'float32', device: 'cpu', signal: new AbortController().signal } as const;
  const outputs = await blockOutputs(network, digits, input, place);
  expect(outputs.map(({ channels }) => channels)).toEqual([2, 1]);
  const differences = outputs.map(relativeDifference);
  expect(differences[0]).toBeGreaterThan(0);
  expect(differences[0]).toBeLessThan(1e-5);
  expect(differences[1]).toBe(0);
});
