import type { MixingSet } from '../harmonics/mixing_set.js';
import { coordinate, svgDocument } from './markup.js';

export interface MixingGraph {
  readonly title: string;
  /** Number of fragments of each input degree; degrees without any are drawn pale. */
  readonly tau: readonly number[];
  /** For each output degree, the pairs of input degrees that are coupled to it. */
  readonly edges: MixingSet;
}

const width = 960;
/** What stands between panels, and the least and largest distance of nodes: numbers of two digits fit, and few nodes are not torn apart. */
const [gap, leastPitch, mostPitch] = [40, 17, 30];
const panelWidth = 195;
const colours = { pair: 'var(--series-1, #2563c9)', loop: 'var(--series-2, #d9662b)' };

/** How high the arcs of a panel rise. */
function rise(edges: MixingSet[number], pitch: number): number {
  return edges.reduce((most, [l1, l2]) => Math.max(most, (Math.abs(l2 - l1) * pitch) / 2), 0);
}

/** A pair as an arc above the line of nodes; a degree with itself as a ring under its node. */
function edgeMarkup([l1, l2]: MixingSet[number][number], pitch: number): string {
  const label = `<title>${l1} with ${l2}</title>`;
  const [from, to] = [l1, l2].sort((a, b) => a - b).map((l) => coordinate(l * pitch));
  if (from === to)
    return `<circle class="edge" cx="${from}" cy="7" r="4.2" fill="none" stroke="${colours.loop}" stroke-width="1.6">${label}</circle>`;
  const radius = coordinate((Math.abs(l2 - l1) * pitch) / 2);
  const path = `M${from} 0A${radius} ${radius} 0 0 1 ${to} 0`;
  return `<path class="edge" d="${path}" fill="none" stroke="${colours.pair}" stroke-width="1.3" stroke-opacity="0.75">${label}</path>`;
}

function nodeMarkup(l: number, fragments: number, pitch: number): string {
  const x = coordinate(l * pitch);
  const dot = `<circle class="node" cx="${x}" cy="0" r="3.6" fill-opacity="${fragments > 0 ? 1 : 0.25}"/>`;
  // Three digits do not fit under each of more than a hundred nodes.
  return l < 100 || l % 2 === 0 ? `${dot}<text x="${x}" y="25" font-size="10" text-anchor="middle">${l}</text>` : dot;
}

/** One output degree; the row of its nodes is at the height 0, its heading at `top`. */
function panelMarkup(l: number, { tau, edges }: MixingGraph, pitch: number, top: number): string {
  const own = edges[l]!;
  return [
    `<text x="-4" y="${coordinate(top)}" font-weight="600">l = ${l}: ${own.length} ${own.length === 1 ? 'pair' : 'pairs'}</text>`,
    ...own.map((edge) => edgeMarkup(edge, pitch)),
    ...tau.map((fragments, node) => nodeMarkup(node, fragments, pitch)),
  ].join('\n');
}

/**
 * Mixing sets as graphs, one panel for each output degree: the nodes are the input degrees in a row, an arc joins two degrees that are coupled, a
 * ring is a degree coupled with itself.
 */
export function mixingGraphSvg(graph: MixingGraph): string {
  const { title, tau, edges } = graph;
  const intervals = tau.length - 1;
  const pitch = Math.min(mostPitch, Math.max(leastPitch, panelWidth / Math.max(1, intervals)));
  const step = Math.max(panelWidth, intervals * pitch) + gap;
  const columns = Math.max(1, Math.floor(width / step));
  const panels: string[] = [];
  let height = 0;
  for (let first = 0; first < edges.length; first += columns) {
    const row = edges.slice(first, first + columns);
    const arcs = Math.max(...row.map((own) => rise(own, pitch)));
    height += arcs + 34;
    row.forEach((_, i) => {
      const panel = panelMarkup(first + i, graph, pitch, -arcs - 14);
      panels.push(`<g transform="translate(${coordinate(10 + i * step)} ${coordinate(height)})">\n${panel}\n</g>`);
    });
    height += 40;
  }
  return svgDocument(title, Math.max(width, step), height, 12, panels);
}
