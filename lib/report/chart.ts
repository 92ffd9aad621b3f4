import { coordinate, escapeMarkup, svgDocument } from './markup.js';

export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

/** The curve of many noisy measurements: means of `y` over about `points` stretches of equal length, each at its last `x`. */
export function meanCurve(name: string, x: readonly number[], y: readonly number[], points = 100): Series {
  const size = Math.max(1, Math.round(x.length / points));
  const stretches = Array.from({ length: Math.floor(x.length / size) }, (_, i) => i * size);
  const mean = (first: number): number => y.slice(first, first + size).reduce((sum, value) => sum + value, 0) / size;
  return { name, x: stretches.map((first) => x[first + size - 1]!), y: stretches.map(mean) };
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly string[];
}

const [width, height] = [520, 320];
const plot = { left: 56, right: 508, top: 36, bottom: 266 };
/** Colours that differ in lightness too; a page may override them, for example on a dark ground. */
const colours = ['#2563c9', '#d9662b', '#2a9468', '#a04bb0', '#b08a1e', '#5d6b7a'];
const seriesColour = (i: number) => `var(--series-${(i % colours.length) + 1}, ${colours[i % colours.length]})`;

/**
 * About five round numbers (steps of 1, 2 or 5 times a power of ten): around the values, or with `tight` within them, so that a curve fills
 * the width.
 */
export function niceAxis(values: readonly number[], tight = false): Axis {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(high > low)) return niceAxis(finite.length > 0 ? [low - 0.5, low + 0.5] : [0, 1], tight);
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= 0.8 * rough)!;
  const [inner, outer] = tight ? [Math.ceil, Math.floor] : [Math.floor, Math.ceil];
  const slack = tight ? -1e-9 : 1e-9;
  const [first, last] = [inner(low / step + slack), outer(high / step - slack)];
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => ((first + i) * step).toFixed(digits));
  return tight ? { low, high, ticks } : { low: first * step, high: last * step, ticks };
}

function axesMarkup(xAxis: Axis, yAxis: Axis, toX: (x: number) => string, toY: (y: number) => string): string[] {
  const horizontal = yAxis.ticks.map((tick) => {
    const y = toY(Number(tick));
    const rule = `<line x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}" stroke="currentColor" stroke-opacity="0.12"/>`;
    return `${rule}<text x="${plot.left - 8}" y="${y}" dy="0.32em" text-anchor="end">${tick}</text>`;
  });
  const vertical = xAxis.ticks.map((tick) => {
    const x = toX(Number(tick));
    const mark = `<line x1="${x}" x2="${x}" y1="${plot.bottom}" y2="${plot.bottom + 5}" stroke="currentColor" stroke-opacity="0.5"/>`;
    return `${mark}<text x="${x}" y="${plot.bottom + 20}" text-anchor="middle">${tick}</text>`;
  });
  const base = `<line x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}" stroke="currentColor" stroke-opacity="0.5"/>`;
  return [...horizontal, ...vertical, base];
}

function seriesMarkup({ name, x, y }: Series, colour: string, toX: (x: number) => string, toY: (y: number) => string): string {
  const points = x.map((_, i) => i).filter((i) => Number.isFinite(x[i]) && Number.isFinite(y[i]));
  const path = points.map((i) => `${toX(x[i]!)},${toY(y[i]!)}`).join(' ');
  const line = `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>`;
  // Few points are measurements worth pointing at, many are a curve.
  if (points.length > 60) return line;
  const dots = points.map((i) => {
    const label = escapeMarkup(`${name}: ${x[i]}, ${y[i]}`);
    return `<circle cx="${toX(x[i]!)}" cy="${toY(y[i]!)}" r="3" fill="${colour}"><title>${label}</title></circle>`;
  });
  return line + dots.join('');
}

/** Names after short strokes, from the left; the width of a name is estimated, as SVG has no layout. */
function legendMarkup(series: readonly Series[]): string[] {
  let x = plot.left;
  return series.map(({ name }, i) => {
    const [at, y] = [x, 14];
    x += 46 + 7.2 * name.length;
    return (
      `<line x1="${coordinate(at)}" x2="${coordinate(at + 18)}" y1="${y}" y2="${y}" stroke="${seriesColour(i)}" stroke-width="3" stroke-linecap="round"/>` +
      `<text x="${coordinate(at + 24)}" y="${y}" dy="0.32em">${escapeMarkup(name)}</text>`
    );
  });
}

/** A line chart with axes, grid and legend. Points that are not finite are left out. */
export function lineChartSvg({ title, xLabel, yLabel, series }: LineChart): string {
  const [xs, ys] = [series.flatMap(({ x }) => x), series.flatMap(({ y }) => y)];
  const [xAxis, yAxis] = [niceAxis(xs, true), niceAxis(ys)];
  const toX = (x: number) => coordinate(plot.left + ((x - xAxis.low) / (xAxis.high - xAxis.low)) * (plot.right - plot.left));
  const toY = (y: number) => coordinate(plot.bottom - ((y - yAxis.low) / (yAxis.high - yAxis.low)) * (plot.bottom - plot.top));
  const middle = (plot.top + plot.bottom) / 2;
  return svgDocument(title, width, height, 13, [
    ...legendMarkup(series),
    ...axesMarkup(xAxis, yAxis, toX, toY),
    ...series.map((one, i) => seriesMarkup(one, seriesColour(i), toX, toY)),
    `<text x="${(plot.left + plot.right) / 2}" y="${height - 8}" text-anchor="middle">${escapeMarkup(xLabel)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escapeMarkup(yLabel)}</text>`,
  ]);
}
