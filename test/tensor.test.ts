import type * as device from '../lib/device.js';
import type { Tensor } from '../lib/index.js';
import {
  ClebschError,
  add,
  cast,
  degree,
  einsum,
  full,
  info,
  mean,
  memory,
  mul,
  oneHot,
  ones,
  reshape,
  s2Type,
  stack,
  sub,
  tensor,
  tidy,
  transpose,
  zeros,
} from '../lib/index.js';

const numbers = (x: Tensor): number[] => [...x.dataSync()];

describe('creation', () => {
  test('dtype and shape follow the data', () => {
    expect([tensor([1, 2]).dtype, tensor([1, 2]).shape]).toEqual(['float32', [2]]);
    expect([tensor(new Float64Array(6), [2, 3]).dtype, tensor(Uint8Array.of(1)).dtype, tensor(Int32Array.of(1)).dtype]).toEqual([
      'float64',
      'uint8',
      'int32',
    ]);
    expect([tensor(3).shape, tensor(3).size, numbers(tensor(3))]).toEqual([[], 1, [3]]);
    expect(numbers(tensor(3, [], { dtype: 'complex64' }))).toEqual([3, 0]);
    expect(tensor([1, 2, 3, 4], undefined, { dtype: 'complex128' }).shape).toEqual([2]);
    expect(numbers(tensor([1.9, -1.9], [2], { dtype: 'int32' }))).toEqual([1, -1]);
  });

  test('filled tensors', () => {
    expect([numbers(zeros([2])), numbers(ones([2], { dtype: 'int32' })), numbers(full([1], 2.5, { dtype: 'complex64' }))]).toEqual([
      [0, 0],
      [1, 1],
      [2.5, 0],
    ]);
    expect(zeros([3, 0, 2]).size).toBe(0);
    expect([...zeros([0]).dataSync()]).toEqual([]);
  });

  test('the data is copied, in and out', async () => {
    const source = Float32Array.of(1, 2);
    const x = tensor(source);
    source[0] = 9;
    const out = await x.data();
    out[1] = 9;
    expect(numbers(x)).toEqual([1, 2]);
    expect(out).toBeInstanceOf(Float32Array);
  });

  test('the shape is frozen', () => {
    expect(Object.isFrozen(zeros([2, 3]).shape)).toBe(true);
  });
});

test('methods are the functions', () => {
  const x = tensor([1, 2, 3, 4], [2, 2]);
  expect(numbers(x.add(1).mul(x).transpose([1, 0]).slice([0, 1], [2, 1]).reshape([2]))).toEqual([12, 20]);
  expect(numbers(x.matmul(x).sum(0, true).sqrt().cast('int32'))).toEqual([4, 5]);
  expect(x.to('cpu').device).toBe('cpu');
  const typed: Tensor<'float32'> = x.cast('float32').relu();
  expect(typed.dtype).toBe('float32');
});

describe('disposal', () => {
  test('a disposed tensor cannot be used', async () => {
    const x = zeros([2]);
    x.dispose();
    x.dispose();
    expect(x.disposed).toBe(true);
    expect(() => add(x, 1)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
    expect(() => x.dataSync()).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED', op: 'dataSync' }));
    await expect(x.data()).rejects.toThrow(ClebschError);
  });

  test('Symbol.dispose', () => {
    const before = memory();
    zeros([2])[Symbol.dispose]();
    expect(memory()).toEqual(before);
  });

  test('a view outlives its base', () => {
    const x = tensor([1, 2, 3, 4], [2, 2]);
    const y = transpose(x);
    x.dispose();
    expect(numbers(y)).toEqual([1, 3, 2, 4]);
    y.dispose();
  });
});

describe('tidy', () => {
  test('keeps what is returned, frees the rest', () => {
    const before = memory().tensors;
    const kept = tidy(() => {
      add(zeros([2]), 1);
      return { list: [ones([1])], map: new Map([['a', ones([2])]]), tensor: ones([3]), text: 'x' };
    });
    expect(memory().tensors).toBe(before + 3);
    for (const t of [kept.list[0]!, kept.map.get('a')!, kept.tensor]) t.dispose();
    expect(memory().tensors).toBe(before);
  });

  test('passes results to the enclosing scope', () => {
    const before = memory().tensors;
    tidy(() => {
      const x = tidy(() => ones([2]));
      expect(numbers(x)).toEqual([1, 1]);
    });
    expect(memory().tensors).toBe(before);
  });

  // Here and below the count would also fall when the collector frees tensors of other tests.
  test('frees when f throws, synchronously or not', async () => {
    const made: Tensor[] = [];
    const fail = (): never => {
      made.push(ones([2]));
      throw new Error('stop');
    };
    expect(() => tidy(fail)).toThrow('stop');
    await expect(tidy(() => Promise.resolve().then(fail))).rejects.toThrow('stop');
    expect(made.map((x) => x.disposed)).toEqual([true, true]);
  });

  test('interleaved asynchronous scopes do not mix', async () => {
    const made: Tensor[] = [];
    const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
    const work = (value: number, ms: number): Promise<Tensor> =>
      tidy(async () => {
        const x = full([2], value);
        await pause(ms);
        const y = add(x, 1);
        made.push(x, y);
        await pause(ms);
        return add(y, x);
      });
    const results = await Promise.all([work(1, 5), work(2, 2), work(3, 8)]);
    expect(results.map((x) => numbers(x)[0])).toEqual([3, 5, 7]);
    expect(made.map((x) => x.disposed)).toEqual(new Array(6).fill(true));
    results.forEach((x) => x.dispose());
  });

  test('a kept tensor stays, also one that an inner scope has passed on', () => {
    const kept: Tensor[] = [];
    tidy(() => {
      kept.push(ones([2]).keep(), mean(ones([2])).keep());
    });
    expect(kept.map(numbers)).toEqual([[1, 1], [1]]);
    kept.forEach((x) => x.dispose());
  });

  test('a cyclic result is passed on once', () => {
    const result = tidy(() => {
      const cyclic: { x: Tensor; self?: object } = { x: ones([1]) };
      return Object.assign(cyclic, { self: cyclic });
    });
    expect(numbers(result.x)).toEqual([1]);
    result.x.dispose();
  });

  test('composed operations free their intermediates outside of a scope', () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 1]);
    const labels = tensor(Int32Array.of(0, 1));
    const before = memory().tensors;
    const results = [oneHot(labels, 3), stack([x, x]), degree(x, s2Type(3), 1)];
    expect(memory().tensors).toBeLessThanOrEqual(before + results.length);
    results.forEach((y) => y.dispose());
  });
});

test('an empty CLEBSCH_DEVICE counts as unset', () => {
  const restore = jest.replaceProperty(process, 'env', { ...process.env, CLEBSCH_DEVICE: '' });
  jest.isolateModules(() => {
    const { deviceCode } = jest.requireActual<typeof device>('../lib/device.js');
    expect(deviceCode()).toBe(deviceCode('cpu'));
  });
  restore.restore();
});

describe('mistakes carry a code, the operation and the argument', () => {
  const x = zeros([2, 3]);
  const cases: [string, string, () => unknown][] = [
    ['ERR_SHAPE', 'tensor', () => tensor([1, 2, 3], [2])],
    ['ERR_SHAPE', 'tensor', () => tensor([1, 2], [-2])],
    ['ERR_DTYPE', 'tensor', () => tensor([1], [1], { dtype: 'float16' as 'float32' })],
    ['ERR_DTYPE', 'tensor', () => tensor(new Float32Array(2).buffer as unknown as Float32Array)],
    ['ERR_SHAPE', 'full', () => zeros([1.5])],
    ['ERR_SHAPE', 'add', () => add(x, zeros([2]))],
    ['ERR_DTYPE', 'add', () => add(x, zeros([2, 3], { dtype: 'float64' }))],
    ['ERR_VALUE', 'add', () => add(1, 2)],
    ['ERR_VALUE', 'mul', () => mul(zeros([1], { dtype: 'int32' }), 0.5)],
    ['ERR_VALUE', 'add', () => add(2 ** 31, zeros([1], { dtype: 'int32' }))],
    ['ERR_VALUE', 'sub', () => sub(zeros([1], { dtype: 'uint8' }), -1)],
    ['ERR_DTYPE', 'mean', () => mean(zeros([2], { dtype: 'int32' }))],
    ['ERR_SHAPE', 'reshape', () => reshape(x, [4])],
    ['ERR_SHAPE', 'reshape', () => reshape(x, [-1, -1])],
    ['ERR_SHAPE', 'reshape', () => reshape(x, [4, -1])],
    ['ERR_VALUE', 'sum', () => x.sum(2)],
    ['ERR_VALUE', 'max', () => zeros([0]).max()],
    ['ERR_SHAPE', 'slice', () => x.slice([0], [1])],
    ['ERR_VALUE', 'slice', () => x.slice([1, 0], [2, 3])],
    ['ERR_SHAPE', 'matmul', () => x.matmul(x)],
    ['ERR_VALUE', 'einsum', () => einsum('ij', x, x)],
    ['ERR_SHAPE', 'einsum', () => einsum('i,ij->j', x, x)],
    ['ERR_DTYPE', 'cast', () => cast(x, 'bool' as 'uint8')],
    ['ERR_DTYPE', 'real', () => x.real()],
    ['ERR_VALUE', 'device', () => zeros([1], { device: 'tpu' as 'cpu' })],
  ];

  test.each(cases)('%s from %s (%#)', (code, op, f) => {
    let error: unknown;
    try {
      f();
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ClebschError);
    expect(error).toMatchObject({ code, op });
    expect((error as Error).message).toMatch(new RegExp(`^\\[${op}\\] expected .* got `));
  });

  test('a GPU that is not there', () => {
    if (info().cuda.available) return;
    expect(() => zeros([1], { device: 'cuda' })).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE', message: expect.stringContaining(info().cuda.reason) as string }),
    );
    expect(zeros([1], { device: 'auto' }).device).toBe('cpu');
  });
});
