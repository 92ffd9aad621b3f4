import { type ExecFileOptions, execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { digitSide } from '../../data/mnist.js';
import { ClebschError, expected } from '../../errors.js';
import { npy } from '../../files.js';
import { tidy } from '../../scope.js';
import { tensor } from '../../tensor.js';
import type { Settings } from './experiment.js';

const op = 'demo';
const run = promisify(execFile);

/** The JSON that a program prints. */
async function runJson<T>(args: readonly string[], options: ExecFileOptions): Promise<T> {
  try {
    const { stdout } = await run(process.execPath, args, { ...options, encoding: 'utf8' });
    return JSON.parse(stdout) as T;
  } catch (cause) {
    if (options.signal?.aborted) throw new ClebschError('ERR_ABORTED', op, 'stopped by its signal', { cause });
    const { stderr, message } = cause as Error & { stderr?: string };
    throw expected(op, 'predictions', 'the second process', (stderr ?? message).trim(), 'ERR_IO');
  }
}

/**
 * Classifies digits with `clebsch predict` in a new process, by way of the files digits.npy and probabilities.npy in the folder.
 * Resolves to the probabilities [n * classes] and the seconds that it took, the start of the process aside.
 */
export async function predictElsewhere(
  model: string,
  images: Uint8Array,
  { folder, device, signal }: Settings,
): Promise<{ probabilities: ArrayLike<number>; seconds: number }> {
  const [input, output] = [path.join(folder, 'digits.npy'), path.join(folder, 'probabilities.npy')];
  return tidy(async () => {
    await npy.save(input, tensor(images, [images.length / digitSide ** 2, digitSide, digitSide], { device: 'cpu' }));
    const args = [path.join(__dirname, '../main.js'), 'predict', model, '--input', input, '--output', output, '--probabilities', '--json'];
    const { seconds } = await runJson<{ seconds: number }>(args, { signal, env: { ...process.env, CLEBSCH_DEVICE: device } });
    return { probabilities: await (await npy.load(output, { device: 'cpu' })).data(), seconds };
  });
}
