import { expected } from '../errors.js';
import { coordinate, escapeMarkup, svgDocument } from './markup.js';

export interface ConfusionMatrix {
  readonly title: string;
  readonly classes: readonly string[];
  /** `counts[truth][prediction]` */
  readonly counts: readonly (readonly number[])[];
}

const cell = 40;
const margin = { left: 64, top: 56 };

/** One cell: shaded by its share of the row, so that classes of different size compare. */
function cellMarkup(count: number, share: number, row: number, column: number, title: string): string {
  const [x, y] = [margin.left + column * cell, margin.top + row * cell];
  const shade = `<rect x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}" rx="4" fill="var(--heat, #2563c9)" fill-opacity="${coordinate(0.06 + 0.94 * share)}"/>`;
  const ink = share > 0.45 ? 'fill="var(--heat-ink, #fff)"' : `fill-opacity="${count === 0 ? 0.35 : 1}"`;
  const text = `<text x="${x + cell / 2}" y="${y + cell / 2}" dy="0.34em" text-anchor="middle" ${ink}>${count}</text>`;
  return `<g><title>${escapeMarkup(title)}</title>${shade}${text}</g>`;
}

/** A confusion matrix as a heat map with numbers: rows are the truth, columns the prediction. Throws ERR_SHAPE where it is not square. */
export function confusionSvg({ title, classes, counts }: ConfusionMatrix): string {
  const n = classes.length;
  const square = counts.length === n && counts.every((row) => row.length === n);
  if (!square)
    throw expected(
      'confusionSvg',
      `${n} x ${n} numbers`,
      'counts',
      counts.map((row) => row.length),
      'ERR_SHAPE',
    );
  const [width, height] = [margin.left + n * cell + 8, margin.top + n * cell + 8];
  const middle = (n * cell) / 2;
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => {
      const share = total > 0 ? count / total : 0;
      return cellMarkup(count, share, i, j, `${classes[i]} taken for ${classes[j]}: ${count} of ${total} (${(100 * share).toFixed(1)} %)`);
    });
  });
  const columns = classes.map(
    (name, j) => `<text x="${margin.left + (j + 0.5) * cell}" y="${margin.top - 8}" text-anchor="middle">${escapeMarkup(name)}</text>`,
  );
  const rows = classes.map(
    (name, i) =>
      `<text x="${margin.left - 8}" y="${margin.top + (i + 0.5) * cell}" dy="0.34em" text-anchor="end">${escapeMarkup(name)}</text>`,
  );
  return svgDocument(title, width, height, 12, [
    `<text x="${margin.left + middle}" y="18" text-anchor="middle">predicted</text>`,
    `<text transform="translate(16 ${margin.top + middle}) rotate(-90)" text-anchor="middle">true</text>`,
    ...columns,
    ...rows,
    ...cells,
  ]);
}
