import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../atomic_file.js';
import { expected } from '../errors.js';
import { type ColormapName, cssGradient } from './colormap.js';
import { escapeMarkup, standaloneSvg } from './markup.js';
import { type Picture, encodePng } from './png.js';
import { styleSheet } from './style.js';

const op = 'writeReport';

interface Heading {
  readonly title: string;
  readonly note?: string;
}

/** Numbers come as text, so that the caller decides about digits and units; columns of numbers are set flush right. */
export interface Table extends Heading {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The file beside the page is `name`.svg or `name`.png; letters, digits, - and _. */
interface Named {
  readonly name: string;
}

/** A drawing: chart, matrix or graph. */
export interface Figure extends Named {
  readonly title: string;
  readonly caption?: string;
  readonly svg: string;
}

export interface ReportPicture extends Named {
  readonly caption: string;
  readonly picture: Picture;
  /** What the first and the last colour mean; without it no colour scale is drawn. */
  readonly scale?: { readonly colormap: ColormapName; readonly range: readonly [low: number, high: number] };
}

/** Share of the page's width that one of several figures or pictures takes; on a narrow screen more. */
type Width = 'quarter' | 'half' | 'full';

export interface Figures extends Heading {
  /** Default half. */
  readonly width?: Width;
  readonly figures: readonly Figure[];
}

export interface Gallery extends Heading {
  /** Default quarter. */
  readonly width?: Width;
  readonly pictures: readonly ReportPicture[];
}

export interface ReportData {
  readonly title: string;
  readonly summary: string;
  /** In the order of the page; those without figures and pictures are left out. */
  readonly sections: readonly (Table | Figures | Gallery)[];
}

/** The bytes of each picture's file, made once. */
type PngFiles = ReadonlyMap<ReportPicture, Uint8Array>;

const quiet = (text: string | undefined) => (text ? `<p class="quiet">${escapeMarkup(text)}</p>\n` : '');

function tableHtml({ columns, rows }: Table): string {
  const isNumber = columns.map((_, i) => rows.every((row) => /^[-+±]?\d/.test(row[i] ?? '')));
  const line = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell, i) => `<${tag}${isNumber[i] ? ' class="number"' : ''}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line('td', row)).join('\n');
  const head = columns.some((name) => name !== '') ? `<thead>${line('th', columns)}</thead>` : '';
  return `<div class="card"><table>${head}<tbody>\n${body}\n</tbody></table></div>`;
}

function figureHtml({ title, caption, svg }: Figure): string {
  const below = caption ? `<figcaption>${escapeMarkup(caption)}</figcaption>` : '';
  return `<figure class="card"><h3>${escapeMarkup(title)}</h3>${svg}${below}</figure>`;
}

function scaleHtml({ scale }: ReportPicture): string {
  if (!scale) return '';
  const [low, high] = scale.range.map((value) => String(Number(value.toPrecision(3))));
  return `<div class="scale">${low}<i style="background: ${cssGradient(scale.colormap)}"></i>${high}</div>`;
}

function pictureHtml(picture: ReportPicture, files: PngFiles): string {
  const source = `data:image/png;base64,${Buffer.from(files.get(picture)!).toString('base64')}`;
  const caption = escapeMarkup(picture.caption);
  return `<figure class="card"><img src="${source}" alt="${caption}"><figcaption>${caption}${scaleHtml(picture)}</figcaption></figure>`;
}

function sectionHtml(section: Table | Figures | Gallery, files: PngFiles): string {
  const heading = `<h2>${escapeMarkup(section.title)}</h2>\n${quiet(section.note)}`;
  if ('rows' in section) return heading + tableHtml(section);
  const [width, cards] =
    'figures' in section
      ? [section.width ?? 'half', section.figures.map(figureHtml)]
      : [section.width ?? 'quarter', section.pictures.map((picture) => pictureHtml(picture, files))];
  return cards.length > 0 ? `${heading}<div class="${width}">\n${cards.join('\n')}\n</div>` : '';
}

function page({ title, summary, sections }: ReportData, files: PngFiles): string {
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
${quiet(summary)}${sections.map((section) => sectionHtml(section, files)).join('\n')}
</main></body>
</html>
`;
}

function encodePictures({ sections }: ReportData): PngFiles {
  const pictures = sections.flatMap((section) => ('pictures' in section ? section.pictures : []));
  return new Map(pictures.map((picture) => [picture, encodePng(picture.picture)]));
}

/** The page: one HTML file that needs no network, no script and no other file. */
export function reportHtml(data: ReportData): string {
  return page(data, encodePictures(data));
}

function checkNames(named: readonly Named[]): void {
  const names = new Set<string>();
  for (const { name } of named) {
    if (!/^[\w-]+$/.test(name) || names.has(name)) throw expected(op, 'distinct file names', 'figures and pictures', name);
    names.add(name);
  }
}

/**
 * Writes `folder`/index.html and, beside it, each figure as an SVG and each picture as a PNG file; makes the folder where it is missing.
 * Returns the path of the page. Throws ERR_VALUE for names that are no file names or stand twice, and ERR_IO.
 */
export async function writeReport(folder: string, data: ReportData): Promise<string> {
  const figures = data.sections.flatMap((section) => ('figures' in section ? section.figures : []));
  const pngs = encodePictures(data);
  checkNames([...figures, ...pngs.keys()]);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw expected(op, 'a folder', folder, (error as Error).message, 'ERR_IO');
  });
  const write = (file: string, bytes: Uint8Array): Promise<void> => writeFileAtomic(path.join(folder, file), [bytes], op);
  for (const { name, title, svg } of figures) await write(`${name}.svg`, Buffer.from(standaloneSvg(title, svg)));
  for (const [{ name }, png] of pngs) await write(`${name}.png`, png);
  await write('index.html', Buffer.from(page(data, pngs)));
  return path.join(folder, 'index.html');
}
