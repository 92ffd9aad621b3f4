import { ClebschError } from '../errors.js';
import { npy, npz } from '../files.js';
import type { Tensor } from '../tensor.js';

/** What the array of inputs is called where an archive holds several. */
const names = ['images', 'x'];

/** The only array of an archive, or the one with a name that says it. The others are freed. */
async function loadFromArchive(file: string): Promise<Tensor> {
  const arrays = await npz.load(file, { device: 'cpu' });
  const found = Object.keys(arrays);
  const name = found.length === 1 ? found[0]! : names.find((name) => Object.hasOwn(arrays, name));
  for (const other of found) if (other !== name) arrays[other]!.dispose();
  if (name !== undefined) return arrays[name]!;
  const text = `expected one array, or one named ${names.join(' or ')}, for ${file}, got ${found.join(', ') || 'none'}`;
  throw new ClebschError('ERR_FORMAT', 'predict', text);
}

/** The array of a .npy file or .npz archive that a user names as input, on the cpu. Throws ERR_IO, or ERR_FORMAT. */
export function loadInput(file: string): Promise<Tensor> {
  return /\.npz$/i.test(file) ? loadFromArchive(file) : npy.load(file, { device: 'cpu' });
}
