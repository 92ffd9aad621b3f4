import { type Tensor, add, memory, mul, nn, optim, random, square, sub, sum, tensor, tidy, valueAndGrads } from '../lib/index.js';

const vector = (...x: number[]): Tensor => tensor(x, [x.length], { dtype: 'float64' });
const numbers = (x: Tensor): number[] => [...x.dataSync()];

/** Steps on f = |w - 1|^2 + 2 |b|^2 from w = (3, -1), b = 2. */
function minimise(
  make: (p: Record<string, Tensor>) => optim.SGD,
  steps: number,
): { parameters: Record<string, Tensor>; optimizer: optim.SGD } {
  const parameters = { w: vector(3, -1), b: vector(2) };
  const optimizer = make(parameters);
  const f = (w?: Tensor, b?: Tensor): Tensor => add(sum(square(sub(w!, 1))), mul(sum(square(b!)), 2));
  for (let i = 0; i < steps; i++) {
    tidy(() => {
      const { grads } = valueAndGrads(f)([parameters.w, parameters.b]);
      optimizer.step({ w: grads[0]!, b: grads[1]! });
    });
  }
  return { parameters, optimizer };
}

const kinds: [string, (p: Record<string, Tensor>) => optim.SGD][] = [
  ['SGD', (p) => new optim.SGD(p, { lr: 0.1 })],
  ['SGD with momentum', (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.8 })],
  ['SGD with Nesterov momentum', (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.8, nesterov: true })],
  ['Adam', (p) => new optim.Adam(p, { lr: 0.1 }) as unknown as optim.SGD],
  ['AdamW', (p) => new optim.AdamW(p, { lr: 0.1, weightDecay: 0 }) as unknown as optim.SGD],
];

test.each(kinds)('%s finds the minimum, in place and without a leak', (_, make) => {
  const before = memory().tensors;
  const { parameters, optimizer } = minimise(make, 400);
  numbers(parameters['w']!).forEach((x) => expect(x).toBeCloseTo(1, 2));
  expect(numbers(parameters['b']!)[0]).toBeCloseTo(0, 2);
  optimizer.dispose();
  Object.values(parameters).forEach((p) => p.dispose());
  expect(memory().tensors).toBe(before);
});

test('one step of Adam by hand', () => {
  const p = vector(1, -2);
  const adam = new optim.Adam({ p }, { lr: 0.1, betas: [0.9, 0.99], eps: 0 });
  adam.step({ p: vector(3, -4) });
  // The first step is lr times the sign of the gradient.
  numbers(p).forEach((x, i) => expect(x).toBeCloseTo([0.9, -1.9][i]!, 12));
});

test('decoupled weight decay', () => {
  const p = vector(1);
  new optim.AdamW({ p }, { lr: 0.1 }).step({ p: vector(0) });
  expect(numbers(p)[0]).toBeCloseTo(1 - 0.1 * 0.01, 12);
});

test('complex parameters are updated as pairs', () => {
  const p = tensor([1, 2], [1], { dtype: 'complex128' });
  new optim.SGD({ p }, { lr: 0.5 }).step({ p: tensor([2, -2], [1], { dtype: 'complex128' }) });
  expect(numbers(p)).toEqual([0, 3]);
});

test('a state goes on as if nothing had happened', () => {
  const make = (p: Record<string, Tensor>): optim.SGD => new optim.Adam(p, { lr: 0.1 }) as unknown as optim.SGD;
  const whole = minimise(make, 6);
  const half = minimise(make, 3);
  const state = half.optimizer.stateDict();
  expect(Object.keys(state).sort()).toEqual(['m.b', 'm.w', 'step', 'v.b', 'v.w']);
  const next = new optim.Adam(half.parameters, { lr: 0.1 });
  next.loadStateDict(state);
  for (let i = 0; i < 3; i++) {
    const { w, b } = half.parameters as { w: Tensor; b: Tensor };
    next.step({ w: mul(sub(w, 1), 2), b: mul(b, 4) });
  }
  expect(Object.values(half.parameters).map(numbers)).toEqual(Object.values(whole.parameters).map(numbers));
  expect(() => next.loadStateDict({ ...state, 'm.x': vector(1) })).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});

test('what a state lacks starts anew', () => {
  const p = vector(1);
  const adam = new optim.Adam({ p }, { lr: 0.1 });
  adam.step({ p: vector(1) });
  adam.loadStateDict({ step: tensor(Int32Array.of(0), []) });
  expect(Object.keys(adam.stateDict())).toEqual(['step']);
});

test('the learning rate can be set, mistakes are named', () => {
  const p = vector(1);
  const sgd = new optim.SGD({ p }, { lr: 1 });
  sgd.lr = 0.25;
  sgd.step({ p: vector(1) });
  expect(numbers(p)).toEqual([0.75]);
  expect(() => new optim.SGD({ p }, { lr: -1 })).toThrow(/\[optim\] expected .* for lr, got -1/);
  expect(() => new optim.Adam({ p }, { lr: 1, betas: [0.9, 1] })).toThrow(/for betas, got 1/);
  expect(() => sgd.step({ q: vector(1) })).toThrow(/one named q/);
});

test('in-place updates are refused inside recorded functions', () => {
  const p = vector(1);
  const sgd = new optim.SGD({ p }, { lr: 1 });
  const f = (x?: Tensor): Tensor => {
    sgd.step({ p: vector(1) });
    return sum(x!);
  };
  expect(() => valueAndGrads(f)([p])).toThrow(expect.objectContaining({ code: 'ERR_VALUE', op: 'sgd_' }));
});

test('schedules', () => {
  const { constant, stepDecay, exponential, cosine } = optim.schedules;
  expect([0, 9].map(constant(0.1))).toEqual([0.1, 0.1]);
  expect([0, 9, 10, 25].map(stepDecay({ lr: 1, every: 10, factor: 0.5 }))).toEqual([1, 1, 0.5, 0.25]);
  expect([0, 3].map(exponential({ lr: 1, factor: 0.5 }))).toEqual([1, 0.125]);
  const f = cosine({ lr: 1, steps: 12, warmup: 2, final: 0.1 });
  expect([0, 1, 2, 7, 12, 99].map(f)).toEqual([0.5, 1, 1, 0.55, 0.1, 0.1].map((x) => expect.closeTo(x, 12) as number));
});

test('clipGradNorm scales all gradients together', () => {
  const { grads, norm } = optim.clipGradNorm({ a: vector(3), b: tensor([0, 4], [1], { dtype: 'complex128' }) }, 1);
  expect(numbers(norm)[0]).toBeCloseTo(5, 12);
  [...numbers(grads['a']!), ...numbers(grads['b']!)].forEach((x, i) => expect(x).toBeCloseTo([0.6, 0, 0.8][i]!, 12));
  expect(numbers(optim.clipGradNorm({ a: vector(3) }, 10).grads['a']!)).toEqual([3]);
  expect(numbers(optim.clipGradNorm({ a: vector(0) }, 1).grads['a']!)).toEqual([0]);
});

test('a small network learns, and live tensors return to the count after every step', () => {
  random.seed(11);
  const before = memory().tensors;
  tidy(() => {
    const model = new nn.Sequential([
      new nn.Conv2d({ channelsIn: 1, channelsOut: 4, kernel: 3, padding: 'same' }),
      new nn.BatchNorm({ channels: 4 }),
      new nn.Activation({ fn: 'relu' }),
      new nn.MaxPool2d({ kernel: 2 }),
      new nn.Flatten(),
      new nn.Dropout({ p: 0.1 }),
      new nn.Linear(36, 2),
    ]);
    // Class 1 is brighter on the left.
    const labels = tensor(
      Int32Array.from({ length: 32 }, (_, i) => i % 2),
      [32],
    );
    const bright = labels
      .cast('float32')
      .reshape([32, 1, 1, 1])
      .mul(tensor([1, 1, 1, 0, 0, 0], [1, 1, 6, 1]));
    const x = random.normal([32, 6, 6, 1], { deviation: 0.3 }).add(bright);
    const adam = new optim.AdamW(model.parameters(), { lr: 0.01 });
    const loss = (): Tensor => nn.softmaxCrossEntropy(model.forward(x), labels);
    const counts: number[] = [];
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      tidy(() => {
        const { value, grads } = nn.valueAndGrad(model, loss)();
        adam.step(optim.clipGradNorm(grads, 5).grads);
        losses.push(value.dataSync()[0]!);
      });
      counts.push(memory().tensors);
    }
    expect(losses.at(-1)!).toBeLessThan(0.3 * losses[0]!);
    expect(new Set(counts).size).toBe(1);
    const accuracy = model.eval().forward(x).argmax(-1).equal(labels).cast('float32').mean();
    expect(accuracy.dataSync()[0]).toBeGreaterThan(0.9);
    model.dispose();
    adam.dispose();
  });
  expect(memory().tensors).toBe(before);
});
