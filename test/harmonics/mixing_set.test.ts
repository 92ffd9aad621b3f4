import { type Edge, type MixingOptions, type MixingRule, type MixingSet, mixingSet, mixingTerms } from '../../lib/harmonics/mixing_set.js';
import { ReferenceSet } from '../support/reference.js';

const reference = new ReferenceSet('cg');
const edgeCount = (set: MixingSet): number => set.reduce((sum, edges) => sum + edges.length, 0);

/** Name of a set in the reference lists, and the call that makes it. */
const sets: Record<string, [MixingRule, MixingOptions]> = {
  full: ['full', {}],
  full_ordered: ['full', { ordered: true }],
  mst: ['mst', {}],
  mst_loops: ['mst', { loops: 'even' }],
  rmst: ['rmst', {}],
};

describe('edges and terms', () => {
  const counts: [L: number, full: number[], ordered: number[] | null, mst: number[], loops: number[], rmst: number[]][] = [
    [4, [18, 226], [34, 478], [13, 117], [16, 174], [10, 68]],
    [8, [132, 7_332], [260, 14_876], [57, 1_705], [75, 2_903], [29, 507]],
    [10, [255, 22_419], [505, 45_253], [91, 4_031], [121, 7_061], [46, 1_468]],
    [16, [1_032, 235_592], [2_056, 472_888], [241, 24_913], [325, 45_661], [76, 3_588]],
    [32, [8_208, 7_547_024], [16_400, 15_107_696], [993, 375_457], [1_353, 717_177], [187, 25_723]],
    [64, [65_568, 241_570_080], null, [4_033, 5_805_377], [5_521, 11_339_249], [442, 192_448]],
  ];
  test.each(counts)('L = %i', (L, ...rows) => {
    Object.values(sets).forEach(([rule, options], column) => {
      if (rows[column] == null) return;
      const set = mixingSet(rule, L, options);
      expect([edgeCount(set), mixingTerms(set)]).toEqual(rows[column]);
    });
  });

  test('the terms of an edge are the pairs of orders counted one by one', () => {
    const count = ([l1, l2]: Edge, l: number): number => {
      let terms = 0;
      for (let m1 = -l1; m1 <= l1; m1++) for (let m2 = -l2; m2 <= l2; m2++) if (Math.abs(m1 + m2) <= l) terms++;
      return terms;
    };
    const set = mixingSet('full', 5, { ordered: true, lOut: 9 });
    set.forEach((edges, l) =>
      edges.forEach((edge) => expect(mixingTerms([...new Array<Edge[]>(l).fill([]), [edge]])).toBe(count(edge, l))),
    );
  });
});

reference.describe('the lists of the reference set', () => {
  test.each([3, 4, 6])('L = %i', (L) => {
    const lists = reference.json<Record<string, MixingSet>>(`product/edges_L${L}.json`);
    for (const [name, [rule, options]] of Object.entries(sets)) expect(mixingSet(rule, L, options)).toEqual(lists[name]);
  });
});

test('examples of trees', () => {
  const tree = mixingSet('mst', 8);
  expect(tree[0]).toEqual(Array.from({ length: 8 }, (_, l) => [l, l]));
  expect(tree[1]).toEqual(Array.from({ length: 7 }, (_, l) => [l, l + 1]));
  expect(tree[4]).toEqual([[0, 4], [1, 3], [1, 4], [1, 5], [2, 3], [2, 6], [3, 7]]); // prettier-ignore
  expect(tree[7]).toEqual([[0, 7], [1, 6], [1, 7], [2, 5], [2, 6], [3, 4], [3, 5]]); // prettier-ignore
});

test('other numbers of output degrees', () => {
  expect(mixingSet('full', 1)).toEqual([[[0, 0]]]);
  expect(mixingSet('mst', 6, { lOut: 2 })).toEqual(mixingSet('mst', 6).slice(0, 2));
  const beyond = mixingSet('full', 3, { lOut: 5 });
  expect(beyond.slice(3)).toEqual([[[1, 2]], [[2, 2]]]);
});

test('rejects what it cannot build', () => {
  const calls: [MixingRule, number, MixingOptions?][] = [
    ['all' as MixingRule, 4],
    ['mst', 0],
    ['mst', 2.5],
    ['mst', 4, { lOut: 0 }],
    ['mst', 4, { lOut: 8 }],
    ['mst', 4, { loops: 'odd' as 'even' }],
    ['full', 4, { loops: 'even' }],
    ['rmst', 4, { ordered: true }],
  ];
  for (const [rule, L, options] of calls) {
    expect(() => mixingSet(rule, L, options)).toThrow(expect.objectContaining({ code: 'ERR_VALUE', op: 'mixingSet' }) as Error);
  }
});
