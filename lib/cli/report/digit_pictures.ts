import { digitSide } from '../../data/mnist.js';
import type { Interpolation } from '../../data/projection.js';
import type { SignalInput } from '../../data/signal_input.js';
import { sphericalDigits } from '../../data/spherical_digits.js';
import type { Gallery, ReportPicture } from '../../report/html.js';
import { pixelPicture } from '../../report/picture.js';
import { tidy } from '../../scope.js';
import type { TestDigits } from './evaluation.js';
import { type Sphere, projectedSpheres, spherePicture, sphereOf } from './sphere.js';

/** The digits of these indices. */
export function pick({ images, labels, angles }: TestDigits, indices: readonly number[]): TestDigits {
  const size = digitSide ** 2;
  return {
    images: Uint8Array.from(indices.flatMap((i) => [...images.subarray(i * size, (i + 1) * size)])),
    labels: Uint8Array.from(indices, (i) => labels[i]!),
    angles: Float64Array.from(indices.flatMap((i) => [...angles.subarray(3 * i, 3 * i + 3)])),
  };
}

/** Digits as a network sees them: the degrees l < L that its input keeps; turned by `angles`. */
export async function seenSpheres(images: Uint8Array, input: SignalInput, angles?: Float64Array): Promise<Sphere[]> {
  const { L } = input;
  const coefficients = await tidy(async () => {
    return (await sphericalDigits(images, { ...input, form: 'coefficients' }, { device: 'cpu', ...(angles && { angles }) })).data();
  });
  const all = Float64Array.from(coefficients as ArrayLike<number>);
  return Promise.all(Array.from({ length: all.length / L ** 2 }, (_, i) => sphereOf(all.slice(i * L ** 2, (i + 1) * L ** 2))));
}

/** The images [2L, 2L] that a planar network sees: rows of colatitude from the north pole, columns of longitude. */
async function flatPictures({ images, labels, angles }: TestDigits, input: SignalInput): Promise<ReportPicture[]> {
  const side = 2 * input.L;
  const data = await tidy(async () => (await sphericalDigits(images, input, { device: 'cpu', angles })).data());
  const options = { height: side, width: side, scale: Math.ceil(240 / side), colormap: 'viridis', range: [0, 1] } as const;
  return Array.from({ length: data.length / side ** 2 }, (_, i) => ({
    name: `flat-${i}`,
    caption: `digit ${labels[i]}, ${side} x ${side} pixels`,
    picture: pixelPicture(data.slice(i * side ** 2, (i + 1) * side ** 2) as ArrayLike<number>, options),
  }));
}

/** What is done between pixels. */
const readings: Readonly<Record<Interpolation, string>> = {
  bilinear: 'interpolated between pixels',
  s2cnn: 'read as in the published data, which leaves a fainter copy beside each stroke',
};

/** Some digits as they are projected, as a network sees them, and turned. */
export async function digitGalleries(digits: TestDigits, input: SignalInput): Promise<Gallery[]> {
  const some = pick(digits, [0, 1, 2, 3].slice(0, digits.labels.length));
  const { images, labels, angles } = some;
  const gallery = (title: string, note: string, key: string, spheres: readonly Sphere[]): Gallery => ({
    title,
    note,
    pictures: spheres.map((sphere, i) => spherePicture(`${key}-${i}`, `digit ${labels[i]}`, sphere, 'viridis', [0, 1])),
  });
  const all = [
    gallery(
      'Digits on the sphere',
      `The first test digits as they are projected, ${readings[input.interpolation ?? 'bilinear']}. The equal-area Mollweide projection; the south pole is in the middle of each picture.`,
      'projected',
      await projectedSpheres(images, input),
    ),
    gallery('What a network sees of them', `The same digits, degrees l < ${input.L}.`, 'digit', await seenSpheres(images, input)),
    gallery('The same, turned', 'Each digit under its random rotation.', 'rotated', await seenSpheres(images, input, angles)),
  ];
  if (input.form === 'coefficients') return all;
  const note = 'Colatitude from above, longitude from the left: a rotation of the sphere bends the digit.';
  return [...all, { title: 'The turned digits as the planar network sees them', note, pictures: await flatPictures(some, input) }];
}
