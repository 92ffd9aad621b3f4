import { memory, nn, random, tensor } from '../../lib/index.js';
import { WeightAverage } from '../../lib/train/average.js';

const linear = (): nn.Linear => new nn.Linear(1, 1, { bias: false });
const valueOf = async (module: nn.Linear): Promise<number> => (await module.weight.data())[0]!;

test('starts at the module, then follows it ever more slowly', async () => {
  random.seed(1);
  const [module, averaged] = [linear(), linear()];
  const average = new WeightAverage(module, averaged, 0.5);
  let wanted = await valueOf(module);
  expect(await valueOf(averaged)).toBe(wanted);
  const before = memory().tensors;
  for (let step = 0; step < 20; step++) {
    module.loadStateDict({ weight: tensor([step], [1, 1]) });
    average.update(step);
    const decay = Math.min(0.5, (1 + step) / (10 + step));
    wanted = decay * wanted + (1 - decay) * step;
    expect(await valueOf(averaged)).toBeCloseTo(wanted, 4);
  }
  expect(memory().tensors).toBeLessThanOrEqual(before + 20); // the tensors made here
  expect(averaged.training).toBe(false);
});

test.each([-0.1, 1, NaN])('a decay of %d is refused', (decay) => {
  expect(() => new WeightAverage(linear(), linear(), decay)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }) as Error);
});
