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

/** Draws for strains lie here in the generator's sequence, far from those of a model and of the order of its training. */
const strainOffset = 2 ** 51;

/**
 * A random strain per digit, [n, 3] (see DigitPoses): the exponential of a symmetric matrix whose entries have standard deviation `size`, so a stretch
 * along two perpendicular axes without a rotation. `copy` counts through independent draws. The generator is left as it was.
 */
export async function digitStrains(n: number, seed: number, copy: number, size: number): Promise<Float64Array> {
  const before = random.state();
  const draws = await tidy(() => {
    random.restore({ seed, offset: strainOffset + 3 * n * copy });
    const normal = random.normal([n, 3], { dtype: 'float64', device: 'cpu', deviation: size });
    random.restore(before);
    return normal.data();
  });
  for (let i = 0; i < draws.length; i += 3) {
    const [zoom, p, q] = [Math.exp(draws[i]!), draws[i + 1]!, draws[i + 2]!];
    const d = Math.hypot(p, q);
    const [cosh, sinh] = [zoom * Math.cosh(d), d > 0 ? (zoom * Math.sinh(d)) / d : zoom];
    draws.set([cosh + sinh * p, sinh * q, cosh - sinh * p], i);
  }
  return draws;
}
