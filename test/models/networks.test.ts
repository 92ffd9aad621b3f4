import { models, nn, optim, random, s2Transform, tensor, tidy } from '../../lib/index.js';
import { relativeError } from '../support/reference.js';

const classes = 10;

describe('networks for spherical digits', () => {
  const L = 12;
  const spherical = models.sphericalNetwork({ L, classes });
  const planar = models.planarCnn({ height: 2 * L, width: 2 * L, classes });

  test('have the same number of weights', () => {
    expect(spherical.parameterCount()).toBe(38942);
    expect(Math.abs(planar.parameterCount() / spherical.parameterCount() - 1)).toBeLessThan(0.01);
  });

  test.each([
    ['spherical', spherical, [L * L, 1]],
    ['planar', planar, [2 * L, 2 * L, 1]],
  ] as const)('%s: learns a batch by heart', (_, network, shape) => {
    random.seed(5);
    const x = random.normal([20, ...shape]);
    const labels = tensor(Int32Array.from({ length: 20 }, (_, i) => i % classes));
    const optimizer = new optim.Adam(network.parameters(), { lr: 5e-3 });
    const losses = Array.from({ length: 25 }, () =>
      tidy(() => {
        const { value, grads } = nn.valueAndGrad(network, () => nn.softmaxCrossEntropy(network.forward(x), labels))();
        optimizer.step(grads);
        return value.dataSync()[0]!;
      }),
    );
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
  });

  test('a constrained network on spanning trees has fewer weights', () => {
    const blocks = [{ L: 6, channels: 10 }];
    const [free, constrained] = [false, true].map((flag) =>
      models.sphericalNetwork({ L, classes, blocks, mixing: 'mst', constrained: flag }),
    );
    expect(constrained!.parameterCount()).toBeLessThan(free!.parameterCount());
    expect(constrained!.types).toEqual([new Array(12).fill(1), new Array(6).fill(1)]);
  });
});

describe('input of a network', () => {
  const input: models.SignalInput = { sampling: 'gl', bandlimit: 10, L: 4, form: 'coefficients' };

  test('both forms are the same signal', async () => {
    const images = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);
    const grid = models.inputGrid(input);
    const samples = await models.digitSignals(images, input);
    const signals = tensor(samples, [1, grid.nTheta, grid.nPhi]);
    const flm = models.prepareSignals(signals, input);
    const image = models.prepareSignals(signals, { ...input, form: 'image' });
    expect([flm.shape, image.shape]).toEqual([
      [1, ...models.inputShape(input)],
      [1, ...models.inputShape({ ...input, form: 'image' })],
    ]);
    const back = s2Transform({ L: 4, sampling: 'equiangular', real: true }).forward(image);
    expect(relativeError(back.dataSync(), flm.dataSync())).toBeLessThan(1e-5);
  });

  test('samples of another grid: ERR_SHAPE', () => {
    expect(() => models.prepareSignals(random.uniform([1, 10, 18]), input)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });
});
