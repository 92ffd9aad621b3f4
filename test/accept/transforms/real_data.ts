import { interop, s2Transform, sub, mean, tensor, toRealBasis, s2Type, real } from '../../../lib/index.js';
import { relativeError } from '../../support/reference.js';
import { realDataPresent, topography, wmap } from '../../support/real_data.js';
import type { Report } from '../report.js';

/** The Earth's relief, L = 128, on the mw grid and back. */
async function relief(report: Report): Promise<void> {
  const L = 128;
  const { flm, map } = await topography();
  for (let l = 0; l < L; l++) {
    for (let m = 1; m <= l; m++) {
      const [from, to] = [2 * (l * l + l + m), 2 * (l * l + l - m)];
      const sign = m % 2 === 0 ? 1 : -1;
      flm.set([sign * flm[from]!, -sign * flm[from + 1]!], to);
    }
  }
  const coefficients = real(toRealBasis(tensor(flm, [L * L, 1], { dtype: 'complex128' }), s2Type(L)));
  for (const method of ['table', 'recursion'] as const) {
    const plan = s2Transform({ L, real: true, dtype: 'float64', method });
    report.atMost(`real-data.egm2008-inverse-${method}`, relativeError(plan.inverse(coefficients).dataSync(), map), 1e-10);
    const back = plan.forward(tensor(map, [L, 2 * L - 1, 1])).dataSync();
    report.atMost(`real-data.egm2008-forward-${method}`, relativeError(back, coefficients.dataSync()), 1e-10);
  }
}

/** Power spectrum of the cosmic microwave background, against Fortran's anafast. */
function spectrum(report: Report): void {
  const L = 65;
  const { map, spectrum: wanted } = wmap();
  const f = tensor(map, [map.length, 1]);
  const plan = s2Transform({ L, sampling: 'healpix', nside: 32, iterations: 3, real: true, dtype: 'float64' });
  const c = plan.forward(sub(f, mean(f))).dataSync();
  let worst = 0;
  for (let l = 1; l < L; l++) {
    let power = 0;
    for (let i = l * l; i < (l + 1) ** 2; i++) power += c[i]! ** 2;
    worst = Math.max(worst, Math.abs(power / (2 * l + 1) / wanted[l]! - 1));
  }
  report.atMost('real-data.wmap-spectrum-relative', worst, 1e-6);
  // The same coefficients in healpy's order and back
  const own = tensor(c, [L * L, 1]);
  report.atMost('real-data.wmap-healpy-order', relativeError(interop.fromHealpy(interop.toHealpy(own, { L }), { L }).dataSync(), c), 1e-15);
}

export async function measure(report: Report): Promise<void> {
  if (!realDataPresent) return report.skip('real-data', '../shared/data is not here');
  await relief(report);
  spectrum(report);
}
