import { equivariant } from '../../../lib/cli/demo/experiment.js';
import { type models, equivarianceError, mixingSet, random, s2Type, tensorProduct } from '../../../lib/index.js';
import { withWrongSign } from '../../support/wrong_sign.js';
import type { Report } from '../report.js';

/** The demo's network with its first weights, up to the read-out, and a product with one wrong sign. */
export async function measure(report: Report): Promise<void> {
  for (const [dtype, limit] of [
    ['float32', 1e-5],
    ['float64', 1e-12],
  ] as const) {
    random.seed(0);
    const network = equivariant.make({ dtype }).eval() as models.SphericalNetwork;
    const [tauIn, tauOut] = [network.types[0]!, network.types.at(-1)!];
    const { max } = await equivarianceError((x) => network.signals(x).at(-1)!, { tauIn, tauOut, dtype });
    report.atMost(`equivariance.network-${dtype}`, max, limit);
    // A block begins with a product
    if (dtype === 'float32') report.atLeast('equivariance.product-layers', network.blocks.length, 3);
  }
  const L = 4;
  const edges = mixingSet('full', L);
  const product = tensorProduct({ tau1: s2Type(L), edges });
  const { mean } = await equivarianceError((x) => withWrongSign(product, edges, x), { tauIn: s2Type(L), tauOut: product.tau });
  report.atLeast('equivariance.product-with-one-wrong-sign', mean, 1e-2);
}
