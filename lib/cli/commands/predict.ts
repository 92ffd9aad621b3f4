import { npy } from '../../files.js';
import { loadModel } from '../../model_file.js';
import { cast } from '../../ops/layout.js';
import { argmax, softmax } from '../../ops/reduce.js';
import { tidy } from '../../scope.js';
import type { Tensor } from '../../tensor.js';
import { UsageError, type Values, flag, text, whole } from '../arguments.js';
import { type Context, defineCommand, exit, print } from '../command.js';
import { loadInput } from '../input.js';

const options = {
  input: text('X.npy|X.npz', 'digits or signals (required)'),
  output: text('Y.npy', 'file for the result'),
  probabilities: flag('give the probabilities of all classes, float32 [n, classes]'),
  batch: whole('samples per forward pass (default 128)', 1),
  json: flag('print one JSON object'),
};

/** Classes int32 [n], or with `probabilities` float32 [n, classes]. */
async function predict(
  file: string,
  input: string,
  { probabilities, batch }: Values<typeof options>,
  { signal }: Context,
): Promise<Tensor> {
  return tidy(async () => {
    const model = await loadModel(file);
    try {
      const logits = await model.predict(await loadInput(input), { signal, ...(batch && { batch }) });
      return probabilities ? cast(softmax(logits), 'float32') : argmax(logits, -1);
    } finally {
      model.dispose();
    }
  });
}

/** One line per row of numbers. */
async function lines(x: Tensor): Promise<string> {
  const values = Array.from(await x.data(), (value) => String(Number(value.toPrecision(6))));
  const width = x.shape[1] ?? 1;
  return Array.from({ length: x.shape[0]! }, (_, row) => values.slice(row * width, (row + 1) * width).join(' ')).join('\n');
}

export const command = defineCommand({
  name: 'predict',
  summary:
    'Applies a model file to X.npy, uint8 or float [n, 28, 28] digits (0..255, prepared as in training) or float [n, nTheta, nPhi] signals\n' +
    'on the grid of the model; of X.npz the only array, or the one named images or x. The result, the classes int32 [n], goes to Y.npy, or to\n' +
    'the standard output, a line per digit.',
  operands: ['MODEL'],
  options,
  async run(given, [file], context) {
    const { input, output, json } = given;
    if (input === undefined) throw new UsageError('predict needs --input X.npy');
    const start = performance.now();
    const result = await predict(file!, input, given, context);
    if (output !== undefined) await npy.save(output, result);
    const seconds = (performance.now() - start) / 1000;
    const n = result.shape[0]!;
    if (json) print(JSON.stringify({ n, seconds }));
    else if (output === undefined) print(await lines(result));
    else print(`${n} predictions in ${seconds.toFixed(2)} s: ${output}`);
    result.dispose();
    return exit.done;
  },
});
