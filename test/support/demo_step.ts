import { type Contestant, classes, signalInput } from '../../lib/cli/demo/experiment.js';
import { type DeviceOption, type Tensor, nn, optim, random, tensor } from '../../lib/index.js';
import { inputShape } from '../../lib/data/signal_input.js';

/** One training step of a network of the demo on random numbers; returns the loss. */
export function demoStep(contestant: Contestant, batch: number, device: DeviceOption = 'cpu'): () => Tensor {
  random.seed(0);
  const network = contestant.make({ device });
  const optimizer = new optim.AdamW(network.parameters(), { lr: contestant.lr });
  const x = random.normal([batch, ...inputShape(signalInput(contestant.form))], { device });
  const labels = tensor(
    Int32Array.from({ length: batch }, (_, i) => i % classes.length),
    [batch],
    { device },
  );
  const step = nn.valueAndGrad(network, () => nn.softmaxCrossEntropy(network.forward(x), labels));
  return () => {
    const { value, grads } = step();
    optimizer.step(grads);
    return value;
  };
}
