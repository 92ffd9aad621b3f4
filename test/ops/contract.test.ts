import { tensor, tidy } from '../../lib/index.js';
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
