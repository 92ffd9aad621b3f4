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
/** Distance of neighbouring nodes, and of neighbouring panels. */
const [pitch, gap] = [14, 26];
/** An arc is flatter than a half circle, so that panels stay low. */
const flatness = 0.62;
const colours = { pair: 'var(--series-1, #2563c9)', loop: 'var(--series-2, #d9662b)' };

/** How high the arcs of a panel rise. */
function rise(edges: MixingSet[number]): number {
  return edges.reduce((most, [l1, l2]) => Math.max(most, (Math.abs(l2 - l1) * pitch * flatness) / 2), 0);
}

/** A pair as an arc above the line of nodes; a degree with itself as a ring under its node. */
function edgeMarkup([l1, l2]: MixingSet[number][number]): string {
  const label = `<title>${l1} with ${l2}</title>`;
  if (l1 === l2)
    return `<circle class="edge" cx="${l1 * pitch}" cy="7" r="4.2" fill="none" stroke="${colours.loop}" stroke-width="1.6">${label}</circle>`;
  const [from, to] = [Math.min(l1, l2) * pitch, Math.max(l1, l2) * pitch];
  const [rx, ry] = [(to - from) / 2, ((to - from) / 2) * flatness];
  const path = `M${from} 0A${coordinate(rx)} ${coordinate(ry)} 0 0 1 ${to} 0`;
  return `<path class="edge" d="${path}" fill="none" stroke="${colours.pair}" stroke-width="1.3" stroke-opacity="0.75">${label}</path>`;
}

/** Numbers under the nodes: as many as fit, always that of degree 0. */
function nodeMarkup(l: number, fragments: number, every: number): string {
  const dot = `<circle class="node" cx="${l * pitch}" cy="0" r="3.4" fill-opacity="${fragments > 0 ? 1 : 0.25}"/>`;
  return l % every === 0 ? `${dot}<text x="${l * pitch}" y="25" font-size="9.5" text-anchor="middle">${l}</text>` : dot;
}

function panelMarkup(l: number, { tau, edges }: MixingGraph, x: number, y: number): string {
  const own = edges[l]!;
  const every = tau.length > 100 ? 2 : 1;
  const heading = `l = ${l}: ${own.length} ${own.length === 1 ? 'pair' : 'pairs'}`;
  return [
    `<g transform="translate(${coordinate(x)} ${coordinate(y)})">`,
    `<text x="-4" y="${coordinate(-rise(own) - 12)}" font-size="12" font-weight="600">${heading}</text>`,
    ...own.map(edgeMarkup),
    ...tau.map((fragments, node) => nodeMarkup(node, fragments, every)),
    '</g>',
  ].join('\n');
}

/**
 * Mixing sets as graphs, one panel for each output degree: the nodes are the input degrees in a row, an arc joins two degrees that are coupled, a
 * ring is a degree coupled with itself.
 */
export function mixingGraphSvg(graph: MixingGraph): string {
  const { title, tau, edges } = graph;
  const panelWidth = (tau.length - 1) * pitch + gap;
  const headingWidth = 110;
  const step = Math.max(panelWidth, headingWidth);
  const columns = Math.max(1, Math.floor(width / step));
  const panels: string[] = [];
  let y = 0;
  for (let first = 0; first < edges.length; first += columns) {
    const row = edges.slice(first, first + columns);
    y += Math.max(...row.map(rise)) + 30;
    row.forEach((_, i) => panels.push(panelMarkup(first + i, graph, 10 + i * step, y)));
    y += 38;
  }
  return svgDocument(title, Math.max(width, step), y, 12, panels);
}
