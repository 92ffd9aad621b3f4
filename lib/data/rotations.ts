import { random } from '../random.js';
import { tidy } from '../scope.js';

/**
 * One Haar-random rotation per digit, [n, 3] (zyz, radians): what `random.rotations` gives after `random.seed(seed)`. The generator is left as it was.
 */
export async function digitRotations(n: number, seed: number): Promise<Float64Array> {
  const before = random.state();
  return tidy(() => {
    random.seed(seed);
    const angles = random.rotations(n);
    random.restore(before);
    return angles.data();
  });
}
