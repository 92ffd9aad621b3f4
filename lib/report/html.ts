import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../atomic_file.js';
import { expected } from '../errors.js';
import { type LineChart, lineChartSvg } from './chart.js';
import { type ColormapName, cssGradient } from './colormap.js';
import { type ConfusionMatrix, confusionSvg } from './confusion.js';
import { escapeMarkup } from './markup.js';
import { styleSheet } from './style.js';

const op = 'writeReport';

/** Numbers come as text, so that the caller decides about digits and units; columns of numbers are set flush right. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

export interface ReportPicture {
  /** The file beside the page is `name`.png; letters, digits, - and _. */
  readonly name: string;
  readonly caption: string;
  readonly png: Uint8Array;
  /** What the first and the last colour mean; without it no colour scale is drawn. */
  readonly scale?: { readonly colormap: ColormapName; readonly range: readonly [low: number, high: number] };
}

export interface Gallery {
  readonly title: string;
  readonly note?: string;
  readonly pictures: readonly ReportPicture[];
}

export interface ReportData {
  readonly title: string;
  readonly summary: string;
  readonly tables?: readonly Table[];
  readonly charts?: readonly LineChart[];
  readonly confusions?: readonly ConfusionMatrix[];
  readonly galleries?: readonly Gallery[];
}

const note = (text: string | undefined) => (text ? `<p class="quiet">${escapeMarkup(text)}</p>` : '');

function tableHtml({ title, columns, rows, note: remark }: Table): string {
  const isNumber = columns.map((_, i) => rows.every((row) => /^[-+±]?\d/.test(row[i] ?? '')));
  const line = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell, i) => `<${tag}${isNumber[i] ? ' class="number"' : ''}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line('td', row)).join('\n');
  return `<h2>${escapeMarkup(title)}</h2>
${note(remark)}<div class="card"><table><thead>${line('th', columns)}</thead><tbody>
${body}
</tbody></table></div>`;
}

function figureHtml(title: string, svg: string): string {
  return `<figure class="card"><h3>${escapeMarkup(title)}</h3>${svg}</figure>`;
}

function scaleHtml({ scale }: ReportPicture): string {
  if (!scale) return '';
  const [low, high] = scale.range.map((value) => String(Number(value.toPrecision(3))));
  return `<div class="scale">${low}<i style="background: ${cssGradient(scale.colormap)}"></i>${high}</div>`;
}

function pictureHtml(picture: ReportPicture): string {
  const source = `data:image/png;base64,${Buffer.from(picture.png).toString('base64')}`;
  const caption = escapeMarkup(picture.caption);
  return `<figure class="card"><img src="${source}" alt="${caption}"><figcaption>${caption}${scaleHtml(picture)}</figcaption></figure>`;
}

function galleryHtml({ title, note: remark, pictures }: Gallery): string {
  return `<h2>${escapeMarkup(title)}</h2>\n${note(remark)}<div class="gallery">\n${pictures.map(pictureHtml).join('\n')}\n</div>`;
}

/** Figures side by side under one heading, or nothing. */
function gridHtml(title: string, figures: readonly string[]): string {
  return figures.length > 0 ? `<h2>${title}</h2>\n<div class="grid">\n${figures.join('\n')}\n</div>` : '';
}

/** The page: one HTML file that needs no network, no script and no other file. */
export function reportHtml({ title, summary, tables = [], charts = [], confusions = [], galleries = [] }: ReportData): string {
  const sections = [
    ...tables.map(tableHtml),
    gridHtml(
      'Training',
      charts.map((chart) => figureHtml(chart.title, lineChartSvg(chart))),
    ),
    gridHtml(
      'Confusion matrices',
      confusions.map((matrix) => figureHtml(matrix.title, confusionSvg(matrix))),
    ),
    ...galleries.map(galleryHtml),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${styleSheet}</style>
</head>
<body><main>
<h1>${escapeMarkup(title)}</h1>
<p class="quiet">${escapeMarkup(summary)}</p>
${sections.filter((section) => section !== '').join('\n')}
</main></body>
</html>
`;
}

/**
 * Writes `folder`/index.html and, beside it, each picture as a PNG file; makes the folder where it is missing.
 * Returns the path of the page. Throws ERR_VALUE for picture names that are no file names or stand twice, and ERR_IO.
 */
export async function writeReport(folder: string, data: ReportData): Promise<string> {
  const pictures = (data.galleries ?? []).flatMap((gallery) => gallery.pictures);
  const names = new Set<string>();
  for (const { name } of pictures) {
    if (!/^[\w-]+$/.test(name) || names.has(name)) throw expected(op, 'distinct file names', 'the pictures', name);
    names.add(name);
  }
  const page = path.join(folder, 'index.html');
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw expected(op, 'a folder', folder, (error as Error).message, 'ERR_IO');
  });
  for (const { name, png } of pictures) await writeFileAtomic(path.join(folder, `${name}.png`), [png], op);
  await writeFileAtomic(page, [Buffer.from(reportHtml(data))], op);
  return page;
}
