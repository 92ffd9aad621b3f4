import {
  type Tensor,
  add,
  cast,
  complex,
  exp,
  gatherRows,
  grad,
  grads,
  hvp,
  imag,
  logsumexp,
  matmul,
  memory,
  mul,
  nn,
  noGrad,
  outer,
  pow,
  random,
  real,
  relu,
  sin,
  square,
  sub,
  sum,
  tensor,
  tidy,
  valueAndGrad,
  valueAndGrads,
} from '../lib/index.js';

const scalar = (x: number): Tensor => tensor(x, [], { dtype: 'float64' });
const vector = (...x: number[]): Tensor => tensor(x, [x.length], { dtype: 'float64' });
const numbers = (x: Tensor): number[] => [...x.dataSync()];
const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

test('the gradient of a polynomial, to the fourth order', () => {
  const x = scalar(2);
  const orders = [cube, grad(cube), grad(grad(cube)), grad(grad(grad(cube))), grad(grad(grad(grad(cube))))];
  expect(orders.map((f) => numbers(f(x))[0])).toEqual([8, 12, 12, 6, 0]);
});

test('gradients of several arguments, a cotangent, and value with gradient', () => {
  const [a, b] = [vector(1, 2), vector(3, 4)];
  expect(grads((x, y) => mul(x, y))([a, b], vector(1, 10)).map(numbers)).toEqual([
    [3, 40],
    [1, 20],
  ]);
  const { value, grad: g } = valueAndGrad((x) => sum(square(x)))(a);
  expect([numbers(value), numbers(g)]).toEqual([[5], [2, 4]]);
  expect(valueAndGrads((x, y) => sum(mul(x, y)))([a, b]).grads.map(numbers)).toEqual([
    [3, 4],
    [1, 2],
  ]);
});

test('the same tensor as two arguments has two gradients', () => {
  const x = scalar(3);
  expect(grads((a, b) => mul(square(a), b))([x, x]).map(numbers)).toEqual([[18], [9]]);
});

test('an inner gradient does not mistake what it captures for its argument', () => {
  const x = scalar(3);
  const f = (a: Tensor): Tensor => mul(a, grad((b) => mul(a, b))(a));
  expect(numbers(grad(f)(x))).toEqual([6]);
});

test('an argument that is not reached has a zero gradient', () => {
  const [a, b] = grads((x) => sum(square(x)))([vector(1, 2), tensor([[1]].flat(), [1, 1])]);
  expect(numbers(a!)).toEqual([2, 4]);
  expect([b!.shape, b!.dtype, numbers(b!)]).toEqual([[1, 1], 'float32', [0]]);
});

test('the identity and a constant', () => {
  const x = scalar(3);
  expect(numbers(grad((a) => a)(x))).toEqual([1]);
  expect(numbers(grad(() => x)(scalar(1)))).toEqual([0]);
});

test('hvp is the Hessian times a vector', () => {
  const x = vector(1, 2, 3);
  const v = vector(1, -1, 2);
  // f = x0 x1 x2 + x0^3
  const f = (y: Tensor): Tensor => {
    const [a, b, c] = [0, 1, 2].map((i) => y.slice([i], [1]));
    return sum(add(mul(a!, mul(b!, c!)), cube(a!)));
  };
  expect(numbers(hvp(f)(x, v))).toEqual([6 * 1 + 3 * -1 + 2 * 2, 3 * 1 + 1 * 2, 2 * 1 + 1 * -1]);
});

test('noGrad makes constants', () => {
  const x = scalar(3);
  expect(
    numbers(
      grad((a) =>
        mul(
          a,
          noGrad(() => square(a)),
        ),
      )(x),
    ),
  ).toEqual([9]);
});

describe('complex numbers: the gradient is dLoss/dx + i dLoss/dy', () => {
  const z = tensor([3, 4, -1, 2], [2], { dtype: 'complex128' });

  test('|z|^2', () => {
    expect(numbers(grad((x) => sum(square(x.abs())))(z))).toEqual([6, 8, -2, 4].map((x) => expect.closeTo(x, 12) as number));
  });

  test('real and imaginary part', () => {
    expect(numbers(grad((x) => sum(real(x)))(z))).toEqual([1, 0, 1, 0]);
    expect(numbers(grad((x) => sum(imag(x)))(z))).toEqual([0, 1, 0, 1]);
    expect(grads((a, b) => sum(real(square(complex(a, b)))))([vector(3), vector(4)]).map(numbers)).toEqual([[6], [-8]]);
  });

  test('the vjp of a linear map is its conjugate transpose', () => {
    const a = tensor([1, 2, 3, 4], [1, 2], { dtype: 'complex128' });
    const g = tensor([1, 1], [1], { dtype: 'complex128' });
    // conj(1 + 2i) (1 + i), conj(3 + 4i) (1 + i)
    expect(numbers(grad((x) => matmul(a, x))(z, g))).toEqual([3, -1, 7, -1]);
  });

  test('a real input keeps the real part', () => {
    const x = vector(2);
    const i = tensor([0, 1], [1], { dtype: 'complex128' });
    expect(numbers(grad((a) => imag(mul(cast(a, 'complex128'), i)))(x, vector(1)))).toEqual([1]);
  });
});

test('ties of maximum and max share the gradient equally', () => {
  const x = vector(1, 1, 0);
  expect(numbers(grad((a) => a.max())(x))).toEqual([0.5, 0.5, 0]);
  expect(grads((a, b) => sum(a.maximum(b)))([vector(1, 2), vector(1, 0)]).map(numbers)).toEqual([
    [0.5, 1],
    [0.5, 0],
  ]);
});

test('powers of zero have finite gradients', () => {
  expect(grads((a, b) => sum(pow(a, b)))([vector(0, 0, 2), vector(0, 2, 0)]).map(numbers)).toEqual([
    [0, 0, 0],
    [0, 0, Math.log(2)],
  ]);
});

test('an integer index carries no gradient', () => {
  const index = tensor(Int32Array.of(1, 1, 0), [3]);
  expect(numbers(grad((x) => gatherRows(x, index))(vector(5, 6), vector(1, 2, 3)))).toEqual([3, 3]);
});

test('the tape does not see what the caller does to its lists afterwards', () => {
  const begin = [0];
  const f = (x: Tensor): Tensor => {
    const parts = [1, 10, 100].map((factor, i) => {
      begin[0] = i;
      return mul(x.slice(begin, [1]), factor);
    });
    return sum(parts.reduce((a, b) => add(a, b)));
  };
  expect(numbers(grad(f)(vector(1, 2, 3)))).toEqual([1, 10, 100]);
});

test('the gradients of logsumexp take its maximum for a constant', () => {
  const softmax = [1, 2, 2].map((x) => Math.exp(x) / (Math.exp(1) + 2 * Math.exp(2)));
  const close = softmax.map((x) => expect.closeTo(x, 12) as number);
  expect(numbers(grad((x) => logsumexp(x))(vector(1, 2, 2)))).toEqual(close);
  expect(numbers(hvp((x) => logsumexp(x))(vector(1, 2, 2), vector(1, 1, 1)))).toEqual(softmax.map(() => expect.closeTo(0, 12) as number));
});

test('intermediates are freed, also when f disposes of them itself or throws', () => {
  const x = vector(1, 2, 3);
  const before = memory();
  const f = (a: Tensor): Tensor => {
    const y = exp(a);
    const z = sum(mul(y, sin(a)));
    y.dispose();
    return z;
  };
  const first = grad(f)(x);
  const second = grad((a) => sum(grad(f)(a)))(x);
  expect(memory().tensors).toBe(before.tensors + 2);
  first.dispose();
  second.dispose();
  expect(() => grad((a) => sub(a, tensor([1, 2], [2], { dtype: 'float64' })))(x)).toThrow(/broadcast/);
  expect(memory()).toEqual(before);
});

test('every kind of mistake', () => {
  const x = vector(1, 2);
  const code = (wanted: string): Error => expect.objectContaining({ code: wanted, op: 'grad' }) as Error;
  expect(() => grad((a) => a)(x)).toThrow(code('ERR_SHAPE'));
  expect(() => grad((a) => a)(x, vector(1))).toThrow(code('ERR_SHAPE'));
  expect(() => grad((a) => a)(x, tensor([1, 2]))).toThrow(code('ERR_DTYPE'));
  expect(() => grad((a) => sum(cast(a, 'complex128')))(x)).toThrow(code('ERR_DTYPE'));
  expect(() => grad((a) => sum(a))(tensor(Int32Array.of(1), [1]))).toThrow(code('ERR_DTYPE'));
  expect(() => grad(() => 1 as unknown as Tensor)(x)).toThrow(code('ERR_VALUE'));
});

test('a training step by nn.valueAndGrad', () => {
  random.seed(1);
  tidy(() => {
    const model = new nn.Sequential([
      new nn.Linear(3, 4, { dtype: 'float64' }),
      new nn.Activation({ fn: 'tanh' }),
      new nn.Linear(4, 1, { dtype: 'float64' }),
    ]);
    const x = random.normal([5, 3], { dtype: 'float64' });
    const loss = (input: Tensor): Tensor => sum(square(model.forward(input)));
    const { value, grads: all } = nn.valueAndGrad(model, loss)(x);
    expect(Object.keys(all)).toEqual(['modules.0.weight', 'modules.0.bias', 'modules.2.weight', 'modules.2.bias']);
    const { weight } = model.modules[0] as nn.Linear;
    const h = 1e-6;
    const step = outer(tensor([h, 0, 0], [3], { dtype: 'float64' }), tensor([0, 1, 0, 0], [4], { dtype: 'float64' }));
    const change = numbers(add(weight, step));
    model.loadStateDict({ 'modules.0.weight': tensor(change, [3, 4], { dtype: 'float64' }) }, { strict: false });
    const slope = (numbers(loss(x))[0]! - numbers(value)[0]!) / h;
    expect(slope).toBeCloseTo(numbers(all['modules.0.weight']!)[1]!, 4);
    model.dispose();
  });
});

test('relu twice differentiated is zero, not NaN', () => {
  expect(numbers(grad((a) => sum(grad((b) => sum(square(relu(b))))(a)))(vector(-1, 0, 2)))).toEqual([0, 0, 2]);
});
