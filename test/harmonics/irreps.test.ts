import { degreeOffset, irreps, s2Type, so3Type, typeSize } from '../../lib/harmonics/irreps.js';

const valueError = (op: string): Error => expect.objectContaining({ code: 'ERR_VALUE', op }) as Error;

test('types of signals on the sphere and on SO(3)', () => {
  expect(s2Type(4)).toEqual([1, 1, 1, 1]);
  expect(so3Type(4)).toEqual([1, 3, 5, 7]);
  expect(so3Type(4, 2)).toEqual([1, 3, 3, 3]);
  expect(so3Type(3, 1)).toEqual(s2Type(3));
});

test('sizes and offsets', () => {
  expect(typeSize(s2Type(7))).toBe(49);
  expect(typeSize(so3Type(5))).toBe((5 * (4 * 25 - 1)) / 3);
  expect(typeSize([])).toBe(0);
  expect([0, 1, 2, 3].map((l) => degreeOffset([2, 0, 3], l))).toEqual([0, 2, 2, 17]);
});

test.each([
  [0, undefined],
  [1.5, undefined],
  [3, 0],
  [3, 4],
])('no type for L = %p, N = %p', (L, N) => {
  expect(() => so3Type(L, N)).toThrow(valueError('so3Type'));
  if (N === undefined) expect(() => s2Type(L)).toThrow(valueError('s2Type'));
});

describe('irreps', () => {
  test.each([
    ['16x0e+8x1o', [16, 8], ['e', 'o']],
    [' 2x0e + 1o + 3 x 1o ', [2, 4], ['e', 'o']],
    ['4x3e+2x0o', [2, 0, 0, 4], ['o', 'o', 'e', 'e']],
    ['0x2e', [0, 0, 0], ['e', 'o', 'e']],
  ])('%p', (text, tau, parity) => expect(irreps(text)).toEqual({ tau, parity }));

  test.each(['', '+', '16x0e+', '16', '2x1', '-1x0e', '1.5x0e', '2y1o', '2x1p', '1x99999e', '1x0e 1x1o'])('malformed: %p', (text) => {
    expect(() => irreps(text)).toThrow(valueError('irreps'));
  });

  test('one parity per degree', () => {
    expect(() => irreps('2x0e+1x0o')).toThrow(valueError('irreps'));
    expect(() => irreps('2x0e+1x0o')).toThrow('[irreps] expected one parity for degree 0 for text');
  });
});
