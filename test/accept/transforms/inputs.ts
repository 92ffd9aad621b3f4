import { ClebschError, planCache, random, s2Transform, so3Transform, tidy } from '../../../lib/index.js';
import type { Report } from '../report.js';

/** The code of the error that `f` throws, or what happens instead. */
function codeOf(f: () => unknown): string {
  try {
    tidy(() => void f());
    return 'no error';
  } catch (error) {
    return error instanceof ClebschError ? error.code : String(error);
  }
}

/** Mistakes of a user, and the code of the error that they must give before any work. */
export function measure(report: Report): Promise<void> {
  const plan = s2Transform({ L: 4, real: true });
  const group = so3Transform({ L: 4, N: 2, real: true });
  const any = (options: unknown): never => options as never;
  const mistakes: readonly [string, string, () => unknown][] = [
    ['shape-of-coefficients', 'ERR_SHAPE', () => plan.inverse(random.normal([15, 1]))],
    ['shape-of-signal', 'ERR_SHAPE', () => plan.forward(random.normal([4, 6, 1]))],
    ['shape-on-group', 'ERR_SHAPE', () => group.inverse(random.normal([16, 1]))],
    ['dtype', 'ERR_DTYPE', () => plan.inverse(random.normal([16, 1], { dtype: 'float64' }))],
    ['dtype-of-plan', 'ERR_DTYPE', () => s2Transform(any({ L: 4, dtype: 'int32' }))],
    ['spin-too-large', 'ERR_VALUE', () => s2Transform({ L: 4, spin: 4 })],
    ['spin-of-real-signal', 'ERR_VALUE', () => s2Transform({ L: 4, spin: 1, real: true })],
    ['spin-not-whole', 'ERR_VALUE', () => s2Transform({ L: 4, spin: 0.5 })],
    ['N-above-L', 'ERR_VALUE', () => so3Transform({ L: 4, N: 5 })],
    ['width-too-small', 'ERR_VALUE', () => s2Transform({ L: 4, sampling: 'gl', width: 6 })],
    ['height-too-small', 'ERR_VALUE', () => s2Transform({ L: 4, sampling: 'equiangular', height: 7 })],
    ['L-not-whole', 'ERR_VALUE', () => s2Transform({ L: 4.5 })],
    ['L-not-finite', 'ERR_VALUE', () => s2Transform({ L: Infinity })],
    ['L-not-a-number', 'ERR_VALUE', () => s2Transform(any({ L: '4' }))],
    ['nside', 'ERR_VALUE', () => s2Transform({ L: 4, sampling: 'healpix', nside: 1.5 })],
    ['nside-left-out', 'ERR_VALUE', () => s2Transform({ L: 4, sampling: 'healpix' })],
    ['method', 'ERR_VALUE', () => s2Transform(any({ L: 4, method: 'best' }))],
    ['tables-over-the-budget', 'ERR_MEMORY', () => s2Transform({ L: 2048, real: true, dtype: 'float64', method: 'table' })],
  ];
  const before = planCache.bytes();
  for (const [name, code, f] of mistakes) report.equal(`input.${name}`, codeOf(f), code);
  report.equal('input.bytes-of-plans-built', planCache.bytes() - before, 0);
  return Promise.resolve();
}
