import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type FusedTensorProduct,
  type Tensor,
  add,
  concat,
  fusedTensorProduct,
  gatherRows,
  generalizedConvolution,
  info,
  mixingSet,
  mul,
  nn,
  optim,
  random,
  reshape,
  s2Transform,
  s2Type,
  setThreads,
  slice,
  tensor,
  tidy,
} from '../../../lib/index.js';
import { packageRoot } from '../../../lib/native.js';
import { alternate, onDevice } from '../../bench/measure.js';
import type { Report } from '../report.js';
import { firstNetwork } from './first_network.js';

const script = path.join(packageRoot(), '../shared/peers/train_step.py');
const python = path.join(packageRoot(), '.peers/bin/python3');
const batch = 32;

/** The square of x and x itself, with a weight for each path; channels mixed degree by degree; a covariant norm. */
class Block extends nn.Module {
  private readonly product: FusedTensorProduct;
  private readonly paths: Tensor;
  private readonly carried: Tensor;
  private readonly mix: Tensor;
  private readonly norm: nn.CovariantNorm;
  private readonly degrees: Tensor;

  constructor(
    L: number,
    private readonly LOut: number,
    channels: number,
    private readonly channelsOut: number,
  ) {
    super({});
    const tauOut = s2Type(LOut);
    this.product = fusedTensorProduct({ tau1: s2Type(L), edges: mixingSet('mst', L, { lOut: LOut, loops: 'even' }), tauOut });
    this.paths = this.parameter(mul(random.normal([this.product.weightSize]), 0.2));
    this.carried = this.parameter(random.normal([LOut, 1]));
    this.mix = this.parameter(mul(random.normal([LOut * channels * channelsOut]), channels ** -0.5));
    this.norm = new nn.CovariantNorm({ tau: tauOut, channels: channelsOut });
    this.degrees = tensor(Int32Array.from({ length: LOut * LOut }, (_, i) => Math.floor(Math.sqrt(i)))).keep();
  }

  forward(x: Tensor): Tensor {
    return tidy(() => {
      const { LOut, channelsOut } = this;
      const [n, , channels] = x.shape as [number, number, number];
      const own = mul(slice(x, [0, 0, 0], [n, LOut * LOut, channels]), gatherRows(this.carried, this.degrees, -2));
      const mixed = add(this.product.apply(x, this.paths), own);
      const tau = s2Type(LOut);
      return this.norm.forward(generalizedConvolution(mixed, this.mix, { kind: 'cross', tauIn: tau, tauOut: tau, channelsOut }));
    });
  }
}

class Network extends nn.Module {
  private readonly blocks = [new Block(20, 10, 1, 20), new Block(10, 10, 20, 24), new Block(10, 6, 24, 28)];
  private readonly head = new nn.Sequential([new nn.Linear(72, 256), new nn.Activation({ fn: 'relu' }), new nn.Linear(256, 10)]);
  private readonly plan = s2Transform({ L: 20, sampling: 'gl', width: 40, real: true });

  constructor() {
    super({});
  }

  forward(f: Tensor): Tensor {
    return tidy(() => {
      let x = this.plan.forward(f);
      const invariants = this.blocks.map((block) => {
        x = block.forward(x);
        return reshape(slice(x, [0, 0, 0], [batch, 1, x.shape[2]!]), [batch, x.shape[2]!]);
      });
      return this.head.forward(concat(invariants, -1));
    });
  }
}

/** Images per second of a training step: Adam, random images. */
async function ours(threads: number): Promise<number> {
  setThreads(threads);
  return tidy(async () => {
    random.seed(0);
    const network = new Network();
    const optimizer = new optim.Adam(network.parameters(), { lr: 1e-3 });
    const x = random.normal([batch, 20, 40, 1]);
    const labels = tensor(Int32Array.from({ length: batch }, (_, i) => i % 10));
    const step = nn.valueAndGrad(network, () => nn.softmaxCrossEntropy(network.forward(x), labels));
    const [time] = await alternate([onDevice(() => optimizer.step(step().grads), 0)], { seconds: 4, most: 60 });
    return (1000 * batch) / time!.median;
  });
}

/** The same of e3nn in eager mode, by the script of ../shared/peers; undefined where it does not run. */
async function theirs(threads: number): Promise<number | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), 'clebsch-peer-'));
  const result = path.join(folder, 'result.json');
  const spec = JSON.stringify({ B: batch, mode: 'eager', threads, result });
  await new Promise((resolve) => execFile(python, [script, '--worker', spec], { cwd: path.dirname(script) }, resolve));
  const read = existsSync(result)
    ? (JSON.parse(readFileSync(result, 'utf8')) as { samples: Record<string, Record<string, number[]>> })
    : undefined;
  rmSync(folder, { recursive: true, force: true });
  const samples = Object.entries(Object.values(read?.samples ?? {})[0] ?? {}).find(([name]) => name.startsWith('training step'))?.[1];
  if (!samples) return undefined;
  return batch / samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)]!;
}

/** The network of ../shared/peers/train_step.py: two rounds, ours and theirs in turn. */
async function besideE3nn(report: Report): Promise<void> {
  const threads = info().cpu.threads;
  if (!existsSync(script) || !existsSync(python))
    return report.skip('training.times-e3nn', 'no ../shared/peers/train_step.py or no .peers');
  const ratios: number[] = [];
  for (let round = 0; round < 2; round++) {
    const [own, other] = [await ours(threads), await theirs(threads)];
    if (other === undefined) return report.skip('training.times-e3nn', 'train_step.py did not run');
    report.note(`training.images-per-second-round-${round + 1}`, own);
    ratios.push(own / other);
  }
  report.atLeast('training.times-e3nn', (ratios[0]! + ratios[1]!) / 2, 8);
}

export async function measure(report: Report): Promise<void> {
  await firstNetwork(report);
  await besideE3nn(report);
}
