import { type Dtype, type Tensor, tensor, tidy } from '../../lib/index.js';
import { contract } from '../../lib/ops/contract.js';

/** 64 blocks of one spec, each a row of 3 numbers of a times one number of b. */
function specOf(factor: (block: number) => number): Float64Array {
  const spec = [64];
  for (let i = 0; i < 64; i++) spec.push(3 * i, factor(i), 3 * i, 1, 3, 1, 0, 1);
  return Float64Array.from(spec);
}

test('a spec of many blocks is read anew where it or the operands change', () => {
  tidy(() => {
    const a = tensor(Float64Array.from({ length: 192 }, (_, i) => i));
    const b = tensor(Float64Array.from({ length: 64 }, (_, i) => i + 1));
    const products = (factor: (block: number) => number): number[] =>
      Array.from({ length: 192 }, (_, i) => i * (factor(Math.floor(i / 3)) + 1));
    for (const factor of [(i: number) => i, (i: number) => 63 - i, (i: number) => (i === 40 ? 0 : i), (i: number) => i]) {
      for (let repeat = 0; repeat < 2; repeat++) {
        expect(Array.from(contract(a, b, specOf(factor), [192]).dataSync())).toEqual(products(factor));
      }
    }
    const short = tensor(new Float64Array(63));
    for (let repeat = 0; repeat < 2; repeat++) {
      expect(() =>
        contract(
          a,
          short,
          specOf((i) => i),
          [192],
        ),
      ).toThrow(/expected blocks inside the 63 elements of b/);
    }
    expect(
      Array.from(
        contract(
          a,
          b,
          specOf((i) => i),
          [193],
        ).dataSync(),
      ).at(-1),
    ).toBe(0);
  });
});

describe('products whose lanes are a batch index', () => {
  /** Whole numbers from -4 to 4, real and imaginary parts alike. */
  const wholes = (n: number, step: number): number[] => Array.from({ length: n }, (_, i) => ((i * step) % 9) - 4);

  function operand(shape: number[], dtype: Dtype, step: number): { x: Tensor; at: (i: number) => readonly [number, number] } {
    const [size, parts] = [shape.reduce((a, b) => a * b, 1), dtype.startsWith('complex') ? 2 : 1];
    const numbers = wholes(size * parts, step);
    const values = dtype === 'float32' || dtype === 'complex64' ? Float32Array.from(numbers) : Float64Array.from(numbers);
    return { x: tensor(values, shape, { dtype }), at: (i) => (parts === 2 ? [numbers[2 * i]!, numbers[2 * i + 1]!] : [numbers[i]!, 0]) };
  }

  /** c[i] = sum over k < terms of a[places] b[places]. */
  function expectSums(
    c: Tensor,
    terms: number,
    product: (i: number, k: number) => readonly [readonly [number, number], readonly [number, number]],
  ): void {
    const parts = c.dtype.startsWith('complex') ? 2 : 1;
    const sums = Array.from({ length: c.size }, (_, i) => {
      let [re, im] = [0, 0];
      for (let k = 0; k < terms; k++) {
        const [[a, b], [x, y]] = product(i, k);
        [re, im] = [re + a * x - b * y, im + a * y + b * x];
      }
      return [re + 0, im + 0].slice(0, parts);
    });
    expect(Array.from(c.dataSync(), (value) => value + 0)).toEqual(sums.flat());
  }

  // Up to more than four vectors of every width
  test.each(['float32', 'float64', 'complex64', 'complex128'] as const)('%s: every number of lanes, one term or one row', (dtype) => {
    for (let n = 1; n <= 70; n++) {
      tidy(() => {
        for (const terms of [1, 2, 5]) {
          const [a, b] = [operand([2, terms, n], dtype, 5), operand([2, terms, n], dtype, 7)];
          const spec = Float64Array.of(1, 0, 0, 0, 3, 2, terms * n, terms * n, n, terms, n, n, 0, n, 1, 1, 1);
          const place = (i: number, k: number): number => Math.floor(i / n) * terms * n + k * n + (i % n);
          expectSums(contract(a.x, b.x, spec, [2, n]), terms, (i, k) => [a.at(place(i, k)), b.at(place(i, k))]);
        }
        const [a, s] = [operand([2, 3, n], dtype, 5), operand([2, n], dtype, 7)];
        const spec = Float64Array.of(1, 0, 0, 0, 3, 2, 3 * n, n, 3 * n, 3, n, 0, n, n, 1, 1, 1);
        expectSums(contract(a.x, s.x, spec, [2, 3, n]), 1, (i) => [a.at(i), s.at(Math.floor(i / (3 * n)) * n + (i % n))]);
      });
    }
  });
});
