import { abs, complex, max, random, s2Transform, setThreads, slice, sub, tidy } from '../../lib/index.js';
import type { S2TransformOptions, Tensor } from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { bits } from '../support/close.js';

const threads = native.info().cpu.threads;

afterEach(() => {
  setThreads(threads);
});

function numbers(shape: readonly number[], o: S2TransformOptions): Tensor {
  const dtype = o.dtype === 'float32' ? 'float32' : 'float64';
  const draw = (): Tensor => random.normal(shape, { dtype });
  return o.real === false ? complex(draw(), draw()) : draw();
}

const largest = (x: Tensor): number => Number(max(abs(x)).dataSync()[0]);

/** One channel of one map. */
function pick(x: Tensor, map: number, channel: number): Tensor {
  const middle = x.shape.slice(1, -1);
  return slice(x, [map, ...middle.map(() => 0), channel], [1, ...middle, 1]);
}

/** The largest difference between maps together and one after another, over the largest value. */
function difference(together: Tensor, one: (map: number, channel: number) => Tensor): number {
  const maps = together.shape[0]!;
  const channels = together.shape.at(-1)!;
  let worst = 0;
  for (let map = 0; map < maps; ++map)
    for (let channel = 0; channel < channels; ++channel)
      tidy(() => {
        const part = pick(together, map, channel);
        worst = Math.max(worst, largest(sub(part, one(map, channel))) / largest(part));
      });
  return worst;
}

// Maps alone, in a batch, as channels, as channels that stay in the caches band by band: each has kernels of its own.
const layouts = [
  [1, 2],
  [2, 3],
  [3, 1],
  [9, 1],
  [13, 1],
  [16, 1], // as many as a task of float32 has
  [33, 1],
  [57, 1], // a last task of one map: float64 and complex64
  [1, 5],
  [1, 33],
  [2, 16],
  [1, 70],
] as const;

const transforms: readonly S2TransformOptions[] = [
  { L: 1, sampling: 'gl' },
  { L: 2, sampling: 'mw' },
  { L: 33, sampling: 'gl', width: 70 },
  { L: 33, sampling: 'mw' },
  { L: 50, sampling: 'dh' },
  { L: 33, sampling: 'equiangular', height: 67, width: 71 },
  { L: 33, sampling: 'gl', real: false },
  { L: 20, sampling: 'mwss', real: false, spin: -2 },
  { L: 40, sampling: 'mw', dtype: 'float32' },
  { L: 70, sampling: 'gl', dtype: 'float32' },
  { L: 33, sampling: 'gl', dtype: 'float32', real: false },
  { L: 33, sampling: 'gl', dtype: 'float32', real: false, spin: 3 },
];

describe.each(transforms)('%j', (options) => {
  const transform = s2Transform({ real: true, dtype: 'float64', method: 'recursion', ...options });
  const tolerance = options.dtype === 'float32' ? 1e-5 : 1e-13;

  test.each(layouts)('%i maps of %i channels as one after another, the same bits for any number of threads', (maps, channels) => {
    tidy(() => {
      random.seed(maps + channels);
      const x = numbers([maps, options.L ** 2, channels], options);
      const f = transform.inverse(x);
      expect(difference(f, (map, channel) => transform.inverse(pick(x, map, channel)))).toBeLessThan(tolerance);
      const back = transform.forward(f);
      expect(difference(back, (map, channel) => transform.forward(pick(f, map, channel)))).toBeLessThan(tolerance);
      setThreads(1);
      expect(bits(transform.inverse(x)).equals(bits(f))).toBe(true);
      expect(bits(transform.forward(f)).equals(bits(back))).toBe(true);
    });
  });
});
