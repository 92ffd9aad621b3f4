import { type MixingSet, mixingTerms } from '../../harmonics/mixing_set.js';
import { type Module as AnyModule, Module, TensorProductActivation } from '../../nn/index.js';
import type { Figure, Figures } from '../../report/html.js';
import { mixingGraphSvg } from '../../report/mixing_graph.js';

/** More would neither be seen nor loaded by a browser in reasonable time. */
const maxEdges = 20_000;

/** A module and all modules among its options, each with its dotted path. */
function* modulesWithin(module: AnyModule, path = ''): Generator<readonly [path: string, module: AnyModule]> {
  yield [path, module];
  for (const [key, value] of Object.entries(module.options)) {
    const inside = Array.isArray(value) ? value.map((item: unknown, i) => [`${key}.${i}`, item] as const) : [[key, value] as const];
    for (const [name, item] of inside)
      if (item instanceof Module) yield* modulesWithin(item as AnyModule, path === '' ? name : `${path}.${name}`);
  }
}

const written = (n: number): string => n.toLocaleString('en-US');

/** The first output degrees whose pairs are few enough to be drawn. */
function drawable(edges: MixingSet): MixingSet {
  let count = 0;
  return edges.filter((pairs) => (count += pairs.length) <= maxEdges);
}

/** Number of pairs in the `full` mixing set of degrees l < L and output degrees l < lOut, without making them all. */
function possiblePairs(L: number, lOut: number): number {
  let count = 0;
  for (let l2 = 0; l2 < L; l2++) {
    for (let l1 = 0; l1 < l2; l1++) count += Math.max(0, Math.min(l1 + l2, lOut - 1) - (l2 - l1) + 1);
    count += Math.floor(Math.min(2 * l2, lOut - 1) / 2) + 1; // a degree with itself: even ones only
  }
  return count;
}

function mixingFigure(path: string, { options: { tau, edges } }: TensorProductActivation, index: number): Figure {
  const drawn = drawable(edges);
  const title = `Product ${index + 1} (${path}): degrees l < ${tau.length} in, l < ${edges.length} out`;
  const rest = drawn.length < edges.length ? ` The output degrees l < ${drawn.length} are drawn.` : '';
  const caption =
    `${written(edges.flat().length)} of the ${written(possiblePairs(tau.length, edges.length))} pairs that can be coupled; with one fragment of ` +
    `each degree they take ${written(mixingTerms(edges))} products of components.${rest}`;
  return { name: `mixing-${index + 1}`, title, caption, svg: mixingGraphSvg({ title, tau, edges: drawn }) };
}

/** The mixing sets of all tensor products in a module; without figures where it has none. */
export function mixingSection(module: AnyModule): Figures {
  const products = [...modulesWithin(module)].flatMap(([path, part]) =>
    part instanceof TensorProductActivation ? [[path, part] as const] : [],
  );
  return {
    title: 'Which degrees the tensor products couple',
    note:
      'One graph for each output degree l. The dots are the degrees of the input, 0 to the left; an arc joins two degrees whose Clebsch-Gordan ' +
      'product goes into degree l, a ring under a dot is a degree multiplied with itself.',
    width: 'full',
    figures: products.map(([path, product], i) => mixingFigure(path, product, i)),
  };
}
