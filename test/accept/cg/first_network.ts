import { type Tensor, nn, optim, random, tensor, tidy } from '../../../lib/index.js';
import { digitClassifier, digitPlan } from '../../../lib/models/digits.js';
import { profile } from '../../../lib/profile.js';
import { alternate, onDevice } from '../../bench/measure.js';
import type { Report } from '../report.js';

const batch = 64;
/** Training digits of an epoch. */
const digits = 55_000;
const profiledSteps = 10;

/** A training step of the hybrid network for digits on random coefficients, and its loss in float32. */
function hybrid(): { step: () => void; loss: () => number } {
  random.seed(0);
  const network = digitClassifier(digitPlan('hybrid'));
  const optimizer = new optim.AdamW(network.parameters(), { lr: 1e-4 });
  const x = random.normal([batch, network.options.input.L ** 2, 1]);
  const labels = tensor(Int32Array.from({ length: batch }, (_, i) => i % 10));
  const forward = (): Tensor => nn.softmaxCrossEntropy(network.forward(x), labels);
  const gradients = nn.valueAndGrad(network, forward);
  return {
    step: () => optimizer.step(gradients().grads),
    loss: () => {
      random.seed(1); // of the dropout
      return tidy(() => forward().dataSync()[0]!);
    },
  };
}

/** `work` with products and uniform steps as operations of their own, which store all fragments: what the library did before it joined them. */
function composed<T>(work: () => T): T {
  const { prototype } = nn.GeneralizedConvolution;
  const own = Object.getOwnPropertyDescriptor(prototype, 'forwardProduct')!;
  prototype.forwardProduct = function (product, x) {
    return tidy(() => this.forward(product.forward(x)));
  };
  try {
    return work();
  } finally {
    Object.defineProperty(prototype, 'forwardProduct', own);
  }
}

async function profiled(report: Report, name: string, step: () => void): Promise<void> {
  profile.start();
  for (let i = 0; i < profiledSteps; i++) tidy(step);
  const shown = (await profile.stop()).filter(({ op }, i) => i < 6 || /tensorProduct/i.test(op));
  for (const { op, share } of shown) report.note(`${name}-percent-of-${op}`, 100 * share);
}

/** Its epochs with the fused product and with the composed one, in turn: the same losses, and where the time goes. */
export async function firstNetwork(report: Report): Promise<void> {
  await tidy(async () => {
    const { step, loss } = hybrid();
    const before = (): void => composed(step);
    report.atMost('training.first-network-loss-relative-difference', Math.abs(loss() / composed(loss) - 1), 1e-5);
    const times = await alternate([onDevice(step, 0), onDevice(before, 0)], { seconds: 4, most: 60 });
    for (const [i, [name, work]] of (
      [
        ['fused', step],
        ['composed', before],
      ] as const
    ).entries()) {
      const line = `training.first-network-${name}`;
      const imagesPerSecond = (1000 * batch) / times[i]!.median;
      report.note(`${line}-images-per-second`, imagesPerSecond);
      report.note(`${line}-epoch-seconds`, digits / imagesPerSecond);
      await profiled(report, line, work);
    }
  });
}
