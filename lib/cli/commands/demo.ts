import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { firstDigits, loadMnist } from '../../data/mnist.js';
import { digitRotations } from '../../data/random_poses.js';
import { deviceCode, deviceName } from '../../device.js';
import { expected } from '../../errors.js';
import { setThreads } from '../../machine.js';
import { saveModel } from '../../model_file.js';
import { cast } from '../../ops/layout.js';
import { softmax } from '../../ops/reduce.js';
import { formatDuration } from '../../progress.js';
import { writeReport } from '../../report/html.js';
import { tidy } from '../../scope.js';
import { networkEquivarianceError } from '../../train/network_equivariance.js';
import { type Values, choice, device, flag, text, whole } from '../arguments.js';
import { type Context, defineCommand, exit, print } from '../command.js';
import { type Outcome, type Settings, equivariant, planar, runContestant } from '../demo/experiment.js';
import { type Errors, demoReport, demoTable } from '../demo/report.js';
import { predictElsewhere } from '../demo/second_process.js';
import type { TestDigits } from '../report/evaluation.js';
import { networkSections } from '../report/sections.js';
import { alignedColumns } from '../text.js';

const op = 'demo';
const full = { training: 10_000, epochs: 12 } as const;
const quick = { training: 1000, epochs: 3 } as const;

const options = {
  out: text('DIR', 'where models, pictures and the report go (default ./demo)', 'demo'),
  epochs: whole(`passes over the training digits (default ${full.epochs})`, 1),
  limit: whole(`training digits, and a fifth as many for the test (default ${full.training})`, 10),
  threads: whole('threads of the processor (default: all)', 1),
  seed: whole('seed of weights, order and rotations (default 0)', 0),
  quick: flag(`${quick.training} digits and ${quick.epochs} epochs, to see that it runs`),
  dtype: choice(['float32', 'float64'], 'precision (default float32)', 'float32'),
  device: device('where to compute (default: CLEBSCH_DEVICE, or cpu)'),
  json: flag('print one JSON object'),
};

function settingsOf(values: Values<typeof options>, { signal }: Context): Settings {
  const size = values.quick ? quick : full;
  const training = values.limit ?? size.training;
  const { epochs = size.epochs, seed = 0, out: folder, dtype } = values;
  return {
    training,
    test: Math.min(Math.ceil(training / 5), 10_000),
    epochs,
    seed,
    dtype,
    device: deviceName(deviceCode(values.device)),
    folder,
    signal,
    say: values.json ? () => undefined : print,
  };
}

async function testDigits(o: Settings): Promise<TestDigits> {
  return { ...firstDigits(await loadMnist('test'), o.test), angles: await digitRotations(o.test, o.seed) };
}

const modelFile = ({ contestant }: Outcome, { folder }: Settings): string => path.join(folder, `${contestant.file}.safetensors`);

/** Errors before the read-out of the network in a model file, in both precisions. */
async function equivarianceErrors(file: string, { device }: Settings): Promise<Errors> {
  return {
    float32: await networkEquivarianceError(file, { dtype: 'float32', device }),
    float64: await networkEquivarianceError(file, { dtype: 'float64', device }),
  };
}

/** Whether a second process, which knows the model by its file alone, predicts the numbers of the model in memory, bit by bit. */
async function checkSecondProcess(
  outcome: Outcome,
  { images }: TestDigits,
  o: Settings,
): Promise<{ same: boolean; imagesPerSecond: number }> {
  const { probabilities, seconds } = await predictElsewhere(modelFile(outcome, o), images, o);
  const own = await tidy(() => cast(softmax(outcome.unrotated.logits), 'float32').data());
  const same = own.length === probabilities.length && own.every((value, i) => Object.is(value, probabilities[i]));
  return { same, imagesPerSecond: o.test / seconds };
}

/** What the demo found, as its JSON object. */
interface Findings {
  readonly training: number;
  readonly test: number;
  readonly epochs: number;
  readonly networks: readonly object[];
  readonly equivarianceError: Errors;
  readonly samePredictions: boolean;
  readonly report: string;
  readonly seconds: number;
}

function summaryOf({ contestant, model, seconds, imagesPerSecond, unrotated, rotated }: Outcome): object {
  const [plain, turned] = [unrotated.accuracy, rotated.accuracy];
  return { name: contestant.name, parameters: model.parameterCount(), seconds, imagesPerSecond, unrotated: plain, rotated: turned };
}

async function runDemo(o: Settings): Promise<Findings> {
  const start = performance.now();
  const { training, epochs, say } = o;
  await mkdir(o.folder, { recursive: true }).catch((error: unknown) => {
    throw expected(op, 'a folder', o.folder, (error as Error).message, 'ERR_IO');
  });
  const test = await testDigits(o);
  const digits = firstDigits(await loadMnist('train'), training);
  say(`Two networks learn ${training.toLocaleString('en-US')} handwritten digits on the sphere, unrotated, in ${epochs} epochs`);
  const outcomes: Outcome[] = [];
  for (const contestant of [equivariant, planar]) {
    const outcome = await runContestant(contestant, digits, test, o);
    await saveModel(outcome.model, modelFile(outcome, o));
    outcomes.push(outcome);
  }
  const table = demoTable(outcomes);
  say(`\n${alignedColumns([table.columns, ...table.rows], true)}\n`);

  const [strict] = outcomes as [Outcome];
  const errors = await equivarianceErrors(modelFile(strict, o), o);
  const [single, double] = [errors.float32.mean, errors.float64.mean].map((error) => error.toExponential(1));
  say(`Equivariance error before the read-out: ${single} in float32, ${double} in float64`);
  const { same, imagesPerSecond } = await checkSecondProcess(strict, test, o);
  const verdict = same ? 'the same numbers, bit by bit' : 'OTHER NUMBERS';
  say(`A second process loaded ${modelFile(strict, o)} and predicted ${verdict} (${Math.round(imagesPerSecond)} images/s)`);

  const { sections } = await networkSections(strict, test, o);
  const report = await writeReport(o.folder, demoReport(outcomes, errors, sections, o));
  const seconds = (performance.now() - start) / 1000;
  say(`Report: ${report}\nTime: ${formatDuration(seconds)}`);
  const networks = outcomes.map(summaryOf);
  return { training, test: o.test, epochs, networks, equivarianceError: errors, samePredictions: same, report, seconds };
}

export const command = defineCommand({
  name: 'demo',
  summary:
    'Trains a rotation-equivariant network and a planar CNN of equal size on handwritten digits projected onto the sphere, tests both on\n' +
    'unrotated and on randomly rotated digits, saves them, and writes a report. Ctrl-C leaves a checkpoint.',
  operands: [],
  options,
  async run(values, _operands, context) {
    if (values.threads !== undefined) setThreads(values.threads);
    const findings = await runDemo(settingsOf(values, context));
    if (values.json) print(JSON.stringify(findings));
    return findings.samePredictions ? exit.done : exit.failed;
  },
});
