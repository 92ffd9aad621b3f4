import { type Tensor, memory, nn, random, tensor, tidy, zeros } from '../../lib/index.js';

const numbers = (x: Tensor): number[] => [...x.dataSync()];

class Block extends nn.Module {
  readonly first = new nn.Linear(2, 3, { bias: false });
  readonly rest = [new nn.Linear(3, 3), new nn.BatchNorm({ channels: 3 })];
  readonly tied = this.first;
  readonly constant = zeros([1]);

  forward(x: Tensor): Tensor {
    return this.rest.reduce((y, m) => m.forward(y), this.first.forward(x));
  }
}

test('parameters and buffers have dotted names, each once', () => {
  const block = new Block();
  expect(Object.keys(block.parameters())).toEqual(['first.weight', 'rest.0.weight', 'rest.0.bias', 'rest.1.scale', 'rest.1.shift']);
  expect(Object.keys(block.stateDict()).slice(-2)).toEqual(['rest.1.runningMean', 'rest.1.runningVariance']);
  expect(block.parameterCount()).toBe(6 + 9 + 3 + 3 + 3);
  expect(block.rest[0]!.options).toEqual({ nIn: 3, nOut: 3 });
});

test('a state is copied into the same tensors', () => {
  random.seed(1);
  const [a, b] = [new Block(), new Block()];
  const before = Object.values(b.parameters());
  b.loadStateDict(a.stateDict());
  expect(Object.values(b.parameters())).toEqual(before);
  expect(numbers(b.first.weight)).toEqual(numbers(a.first.weight));
  a.first.weight.dispose();
  expect(b.eval().forward(zeros([1, 2])).shape).toEqual([1, 3]);
});

test('strict loading names what is missing, extra or of another kind, and changes nothing', () => {
  const linear = new nn.Linear(2, 1);
  const weights = numbers(linear.weight);
  const { weight, bias } = { weight: zeros([2, 1]), bias: zeros([1]) };
  const load =
    (state: Record<string, Tensor>, strict = true) =>
    (): void =>
      linear.loadStateDict(state, { strict });
  const error = (code: string, message: string): Error =>
    expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
  expect(load({ weight })).toThrow(error('ERR_VALUE', 'none for bias'));
  expect(load({ weight, bias, scale: bias })).toThrow(error('ERR_VALUE', 'scale'));
  expect(load({ weight, bias: zeros([2]) })).toThrow(error('ERR_SHAPE', 'expected [1] for bias, got [2]'));
  expect(load({ weight, bias: zeros([1], { dtype: 'float64' }) })).toThrow(error('ERR_DTYPE', 'for bias, got float64'));
  expect(numbers(linear.weight)).toEqual(weights);
  load({ weight, other: bias }, false)();
  expect(numbers(linear.weight)).toEqual([0, 0]);
});

test('train and eval reach every module', () => {
  const dropout = new nn.Dropout({ p: 0.5 });
  const model = new nn.Sequential([new nn.Sequential([dropout])]);
  const x = tensor(new Float32Array(1000).fill(1));
  expect(numbers(model.eval().forward(x))).toEqual(numbers(x));
  const dropped = numbers(model.train().forward(x));
  expect(new Set(dropped)).toEqual(new Set([0, 2]));
  expect(dropped.reduce((a, b) => a + b) / 1000).toBeCloseTo(1, 0);
  expect(() => nn.dropout(x, 1)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});

test('modules keep no tensors but their own, and move', () => {
  const before = memory().tensors;
  const model = new nn.Sequential([new nn.Conv2d({ channelsIn: 1, channelsOut: 2, kernel: [3, 2] }), new nn.MeanPool2d({ kernel: 2 })]).to(
    'cpu',
  );
  const [x, y] = [zeros([1, 5, 5, 1])].flatMap((input) => [input, model.forward(input)]);
  expect(y!.shape).toEqual([1, 1, 2, 2]);
  x!.dispose();
  y!.dispose();
  expect(memory().tensors).toBe(before + 2);
  model.dispose();
  expect(memory().tensors).toBe(before);
});

test('weights belong to their module, also when it is made inside tidy', () => {
  const made: nn.Module[] = [];
  tidy(() => {
    made.push(new nn.GeneralizedConvolution({ tauIn: [1, 1], tauOut: [1, 1], channelsIn: 1, channelsOut: 1 }));
  });
  expect(made[0]!.forward(zeros([4, 1])).shape).toEqual([4, 1]);
});

test('batch normalization: statistics of the batch in training, their average in evaluation', () => {
  const norm = new nn.BatchNorm({ channels: 2, momentum: 0.5, eps: 0, dtype: 'float64' });
  const x = tensor([1, 10, 3, 30], [2, 2], { dtype: 'float64' });
  expect(numbers(norm.forward(x))).toEqual([-1, -1, 1, 1]);
  // Half of the first estimates: mean (2, 20) and unbiased variance (2, 200), half of 0 and 1.
  expect([numbers(norm.runningMean), numbers(norm.runningVariance)]).toEqual([
    [1, 10],
    [1.5, 100.5],
  ]);
  const y = numbers(norm.eval().forward(x));
  expect(y[2]).toBeCloseTo(2 / Math.sqrt(1.5), 12);
  expect(y[3]).toBeCloseTo(20 / Math.sqrt(100.5), 12);
});
