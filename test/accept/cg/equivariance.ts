import { type Tensor, equivarianceError, fusedTensorProduct, mixingSet, nn, random, s2Type, so3Type } from '../../../lib/index.js';
import type { Report } from '../report.js';

type Dtype = 'float32' | 'float64';

/** Product and uniform step, of the given precision, one fragment of each degree; in few samples where it is large. */
async function layerError(rule: 'full' | 'mst', L: number, dtype: Dtype): Promise<number> {
  const tau = s2Type(L);
  const layer = fusedTensorProduct({ tau1: tau, edges: mixingSet(rule, L), tauOut: tau });
  const w = random.normal([layer.weightSize], { dtype });
  const { mean } = await equivarianceError((x) => layer.apply(x, w), {
    tauIn: tau,
    tauOut: tau,
    channels: 4,
    dtype,
    samples: 4,
    rotations: 4,
  });
  return mean;
}

async function activationError(module: nn.Module, tau: readonly number[], dtype: Dtype): Promise<number> {
  const f = (x: Tensor): Tensor => module.forward(x);
  return (await equivarianceError(f, { tauIn: tau, tauOut: tau, channels: 2, dtype, samples: 4, rotations: 4 })).mean;
}

/** The seed paper's table of equivariance errors (published: this layer 5.0e-7, S2 ReLU 3.4e-1, SO(3) ReLU 3.7e-1), for several grids. */
async function table(report: Report): Promise<void> {
  const [L, N] = [16, 3];
  for (const oversampling of [1, 1.5, 2, 4, 8]) {
    const s2 = await activationError(new nn.S2Activation({ L, fn: 'relu', oversampling }), s2Type(L), 'float32');
    if (oversampling === 8) report.atMost(`table.s2-relu-oversampling-${oversampling}`, s2, 1e-3);
    else report.note(`table.s2-relu-oversampling-${oversampling}`, s2);
    const so3 = await activationError(new nn.SO3Activation({ L, N, fn: 'relu', oversampling }), so3Type(L, N), 'float32');
    report.note(`table.so3-relu-oversampling-${oversampling}`, so3);
  }
  const square = { fn: 'square', oversampling: 1.5 } as const;
  report.atMost(
    'table.s2-square-oversampling-1.5-float64',
    await activationError(new nn.S2Activation({ L, ...square }), s2Type(L), 'float64'),
    1e-13,
  );
  const so3 = new nn.SO3Activation({ L, N, ...square });
  report.atMost('table.so3-square-oversampling-1.5-float64', await activationError(so3, so3Type(L, N), 'float64'), 1e-13);
}

export async function measure(report: Report): Promise<void> {
  random.seed(0);
  for (const rule of ['full', 'mst'] as const) {
    for (const L of [4, 8, 16, 32]) {
      report.atMost(`equivariance.${rule}-L${L}-float32`, await layerError(rule, L, 'float32'), 3e-7);
      report.atMost(`equivariance.${rule}-L${L}-float64`, await layerError(rule, L, 'float64'), L === 32 ? 5e-14 : 1e-14);
    }
  }
  await table(report);
}
