/** `viridis` for magnitudes; `diverging` (blue, white, red) for signed values, to be used with a range around 0; `ink` (black on white) for writing. */
export type ColormapName = 'viridis' | 'diverging' | 'ink';

/** Equally spaced colours, between which we interpolate: samples of matplotlib's viridis (CC0), and ColorBrewer's RdBu reversed. */
const stops: Readonly<Record<ColormapName, readonly string[]>> = {
  viridis: [
    '440154',
    '48186a',
    '472d7b',
    '424086',
    '3b528b',
    '33638d',
    '2c728e',
    '26828e',
    '21918c',
    '1fa088',
    '28ae80',
    '3fbc73',
    '5ec962',
    '84d44b',
    'addc30',
    'd8e219',
    'fde725',
  ],
  ink: ['ffffff', '000000'],
  diverging: ['053061', '2166ac', '4393c3', '92c5de', 'd1e5f0', 'f7f7f7', 'fddbc7', 'f4a582', 'd6604d', 'b2182b', '67001f'],
};

export type Rgb = readonly [red: number, green: number, blue: number];

function parseColour(hex: string): Rgb {
  const value = parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

function interpolate(colours: readonly Rgb[], at: number): Rgb {
  const position = at * (colours.length - 1);
  const index = Math.min(Math.floor(position), colours.length - 2);
  const [a, b, t] = [colours[index]!, colours[index + 1]!, position - index];
  const mix = (channel: 0 | 1 | 2) => Math.round(a[channel] + t * (b[channel] - a[channel]));
  return [mix(0), mix(1), mix(2)];
}

function makeTable(colours: readonly string[]): readonly Rgb[] {
  const parsed = colours.map(parseColour);
  return Array.from({ length: 256 }, (_, i) => interpolate(parsed, i / 255));
}

const tables: Readonly<Record<ColormapName, readonly Rgb[]>> = {
  viridis: makeTable(stops.viridis),
  diverging: makeTable(stops.diverging),
  ink: makeTable(stops.ink),
};

const noValue: Rgb = [128, 128, 128];

/** The colour of `at` in 0..1; values outside take the ends, NaN is grey. */
export function colourAt(name: ColormapName, at: number): Rgb {
  if (Number.isNaN(at)) return noValue;
  return tables[name][Math.round(255 * Math.min(1, Math.max(0, at)))]!;
}

/** A CSS gradient from low to high, for a colour scale under a picture. */
export function cssGradient(name: ColormapName): string {
  return `linear-gradient(90deg, ${stops[name].map((stop) => `#${stop}`).join(', ')})`;
}
