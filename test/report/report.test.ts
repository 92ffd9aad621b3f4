import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lineChartSvg, meanCurve, niceAxis } from '../../lib/report/chart.js';
import { confusionSvg } from '../../lib/report/confusion.js';
import { type ReportData, reportHtml, writeReport } from '../../lib/report/html.js';
import { encodePng } from '../../lib/report/png.js';
import { thrownBy } from '../files/thrown.js';
import { expectBalanced } from './balanced.js';

const picture = { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) } as const;
const png = encodePng(picture);
const chart = { title: 'Loss', xLabel: 'step', yLabel: 'loss', series: [{ name: 'a < b', x: [0, 1, 2, 3], y: [2, 1, NaN, 0.5] }] };
const confusion = {
  title: 'Digits',
  classes: ['0', '1'],
  counts: [
    [9, 1],
    [0, 0],
  ],
};
const data: ReportData = {
  title: 'A <report> & "more"',
  summary: 'Two networks.',
  sections: [
    {
      title: 'Results',
      columns: ['Network', 'Accuracy'],
      rows: [
        ['planar', '97.1 %'],
        ['<b>', '96 %'],
      ],
      note: 'On digits.',
    },
    {
      title: 'Drawings',
      figures: [
        { name: 'loss', title: 'Loss', caption: 'It falls & falls.', svg: lineChartSvg(chart) },
        { name: 'confusion', title: 'Digits', svg: confusionSvg(confusion) },
      ],
    },
    { title: 'Nothing', figures: [] },
    { title: 'Pictures', pictures: [{ name: 'digit-0', caption: 'A zero', picture, scale: { colormap: 'viridis', range: [0, 0.12345] } }] },
  ],
};

describe('charts', () => {
  test('axes have round ticks around the values, or within them', () => {
    expect(niceAxis([0.13, 0.94])).toEqual({ low: 0, high: 1, ticks: ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'] });
    expect(niceAxis([1, 12], true)).toEqual({ low: 1, high: 12, ticks: ['2', '4', '6', '8', '10', '12'] });
    expect(niceAxis([0, 300], true)).toEqual({ low: 0, high: 300, ticks: ['0', '50', '100', '150', '200', '250', '300'] });
    expect(niceAxis([])).toMatchObject({ low: 0, high: 1 });
    expect(niceAxis([3, 3]).ticks).toEqual(['2.4', '2.6', '2.8', '3.0', '3.2', '3.4', '3.6']);
    expect(niceAxis([1e-5, 9e-5]).ticks).toContain('0.00004');
  });

  test('a line chart shows each finite point and the legend', () => {
    const svg = lineChartSvg(chart);
    expectBalanced(svg);
    expect(svg).toContain('a &lt; b');
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg).not.toContain('NaN');
    expectBalanced(lineChartSvg({ ...chart, series: [] }));
  });

  test('a curve of means', () => {
    const x = Array.from({ length: 1000 }, (_, i) => i);
    expect(meanCurve('a', [1, 2, 3], [4, 5, 6])).toEqual({ name: 'a', x: [1, 2, 3], y: [4, 5, 6] });
    const { x: at, y } = meanCurve('a', x, x, 10);
    expect([at.length, at[0], y[0], at.at(-1)]).toEqual([10, 99, 49.5, 999]);
    expect(meanCurve('a', [], [])).toEqual({ name: 'a', x: [], y: [] });
  });

  test('a confusion matrix shows each count', () => {
    const svg = confusionSvg(confusion);
    expectBalanced(svg);
    expect(svg).toContain('0 taken for 1: 1 of 10 (10.0 %)');
    expect(svg.match(/<rect/g)).toHaveLength(4);
    expect(svg).not.toContain('NaN');
    expect(thrownBy(() => confusionSvg({ ...confusion, counts: [[1, 2]] }))).toMatchObject({ code: 'ERR_SHAPE' });
  });
});

describe('report', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('the page is whole, escaped and needs nothing from elsewhere', () => {
    const html = reportHtml(data);
    expectBalanced(html.replace('<!doctype html>', ''));
    expect(html).toContain('A &lt;report&gt; &amp; &quot;more&quot;');
    expect(html).toContain('&lt;b&gt;');
    expect(html).toContain('<figcaption>It falls &amp; falls.</figcaption>');
    expect(html).not.toContain('Nothing');
    expect(html).toContain(`data:image/png;base64,${Buffer.from(png).toString('base64')}`);
    const withoutNames = html.replaceAll('http://www.w3.org/2000/svg', '');
    expect(withoutNames).not.toMatch(/https?:|<script|<link|@import|url\(/);
  });

  test('the page and its pictures as files', async () => {
    const page = await writeReport(path.join(folder, 'run', 'report'), data);
    expect(readFileSync(page, 'utf8')).toBe(reportHtml(data));
    expect(readdirSync(path.dirname(page)).sort()).toEqual(['confusion.svg', 'digit-0.png', 'index.html', 'loss.svg']);
    expect(readFileSync(path.join(path.dirname(page), 'digit-0.png')).equals(png)).toBe(true);
    const svg = readFileSync(path.join(path.dirname(page), 'loss.svg'), 'utf8');
    expectBalanced(svg);
    expect(svg).toMatch(
      /^<svg viewBox="0 -30 520 350"[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*>\n<rect y="-30" width="520" height="350" fill="#ffffff"\/>\n<text[^>]*>Loss</,
    );
    expect(svg).not.toContain('var(');
    expect(svg).toContain('stroke="#2563c9"');
  });

  test('refuses names that are no file names, and folders that cannot be', async () => {
    const gallery = (...names: string[]) => ({
      ...data,
      sections: [{ title: '', pictures: names.map((name) => ({ name, caption: '', picture })) }],
    });
    await expect(writeReport(folder, gallery('../evil'))).rejects.toMatchObject({ code: 'ERR_VALUE' });
    await expect(writeReport(folder, gallery('a', 'a'))).rejects.toMatchObject({ code: 'ERR_VALUE' });
    const figures = [{ title: '', figures: [{ name: 'a/b', title: '', svg: lineChartSvg(chart) }] }];
    await expect(writeReport(folder, { ...data, sections: figures })).rejects.toMatchObject({ code: 'ERR_VALUE' });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(path.join(folder, 'plain'), '');
    await expect(writeReport(path.join(folder, 'plain'), data)).rejects.toMatchObject({ code: 'ERR_IO' });
  });
});
