import { clebschGordan } from '../../lib/index.js';
import { cgCases, cgErrors, cgReference } from '../support/reference_cg.js';

cgReference.describe('vectors of sympy, exact arithmetic, 80-bit sums and torch', () => {
  test.each(cgCases())('$name', (c) => {
    for (const { share } of cgErrors(c)) expect(share).toBeLessThan(1);
  });
});

test('signs to test first', () => {
  const table = (l1: number, l2: number, l: number): Float64Array => clebschGordan(l1, l2, l, { basis: 'real' });
  expect(table(1, 1, 1)[(0 * 3 + 1) * 3 + 2]).toBeCloseTo(Math.SQRT1_2, 15);
  expect(table(1, 1, 0)[0]).toBeCloseTo(-1 / Math.sqrt(3), 15);
  expect(table(1, 1, 2)[(1 * 3 + 1) * 5 + 2]).toBeCloseTo(0.816496580927726, 15);
  expect(() => table(1, 1, 3)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});
