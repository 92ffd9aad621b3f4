import { mixingSet } from '../../lib/index.js';
import { mixingGraphSvg } from '../../lib/report/mixing_graph.js';
import { expectBalanced } from './balanced.js';

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

/** The panels, one for each output degree. */
const panels = (svg: string): string[] => svg.split('<g ').slice(1);

/** The numbers that are written at `y`, and the horizontal places that they take, estimated. */
function labels(panel: string): { text: string; left: number; right: number }[] {
  return [...panel.matchAll(/<text x="([\d.]+)" y="25" font-size="(\d+)"[^>]*>(\d+)</g)].map(([, x, size, text]) => {
    const half = (0.6 * Number(size) * text!.length) / 2;
    return { text: text!, left: Number(x) - half, right: Number(x) + half };
  });
}

describe('mixing sets as graphs', () => {
  test.each([
    ['full', 4, 4],
    ['mst', 12, 6],
    ['rmst', 20, 20],
    ['full', 1, 1],
    ['mst', 2, 3],
    ['mst', 64, 4],
  ] as const)('%s, L = %d, lOut = %d: a node for each degree and an edge for each pair', (rule, L, lOut) => {
    const edges = mixingSet(rule, L, { lOut });
    const svg = mixingGraphSvg({ title: 'a < b', tau: new Array<number>(L).fill(1), edges });
    expectBalanced(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(panels(svg)).toHaveLength(lOut);
    panels(svg).forEach((panel, l) => {
      expect(count(panel, /class="node"/g)).toBe(L);
      expect(count(panel, /class="edge"/g)).toBe(edges[l]!.length);
      for (const [l1, l2] of edges[l]!) expect(panel).toContain(`<title>${l1} with ${l2}</title>`);
      expect(panel).toContain(`l = ${l}: ${edges[l]!.length} pair`);
      const numbers = labels(panel);
      expect(numbers.map(({ text }) => text)).toEqual(Array.from({ length: L }, (_, i) => String(i)));
      numbers.slice(1).forEach(({ left }, i) => expect(left).toBeGreaterThan(numbers[i]!.right));
    });
  });

  test('panels stay apart and inside the drawing', () => {
    const svg = mixingGraphSvg({ title: '', tau: new Array<number>(12).fill(1), edges: mixingSet('full', 12) });
    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
    const places = [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    for (const [x, y] of places) expect(x + 11 * 17 <= width! && y + 25 <= height!).toBe(true);
    const highest = [...svg.matchAll(/A([\d.]+) /g)].map(([, radius]) => Number(radius)).reduce((a, b) => Math.max(a, b));
    const rows = [...new Set(places.map(([, y]) => y))];
    expect(rows.at(-1)! - rows.at(-2)!).toBeGreaterThan(highest + 40);
  });

  test('degrees without fragments are pale, and a set without pairs is drawn too', () => {
    const svg = mixingGraphSvg({ title: '', tau: [1, 0, 2], edges: [[], [[2, 0]]] });
    expect(count(svg, /class="node"[^>]*fill-opacity="0.25"/g)).toBe(2);
    expect(svg).toContain('l = 0: 0 pairs');
    expect(svg).toContain('l = 1: 1 pair<');
    expect(svg).toContain('<title>2 with 0</title>');
    expect(svg).toMatch(/d="M0 0A(\S+) \1 0 0 1 60 0"/);
  });
});
