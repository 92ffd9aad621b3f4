import { projectDigits } from '../../data/projection.js';
import { sphericalDigits } from '../../data/spherical_digits.js';
import { s2Type } from '../../harmonics/irreps.js';
import { rotate } from '../../harmonics/rotation.js';
import { s2Transform } from '../../harmonics/s2_transform.js';
import type { SphericalNetwork } from '../../models/spherical_network.js';
import { cast, toDevice } from '../../ops/layout.js';
import { slice } from '../../ops/views.js';
import type { ColormapName } from '../../report/colormap.js';
import type { Gallery, ReportPicture } from '../../report/html.js';
import { mollweidePng, valueRange } from '../../report/mollweide.js';
import { tidy } from '../../scope.js';
import { noGrad } from '../../tape.js';
import { type Tensor, tensor } from '../../tensor.js';
import { type Settings, type TestDigits, bandlimit, signalInput } from './experiment.js';

/** Samples behind a picture: colatitudes (t + 1/2) pi / rows. */
const [rows, columns] = [120, 240];
const theta = Float64Array.from({ length: rows }, (_, t) => ((t + 0.5) * Math.PI) / rows);
/** Digits lie around the south pole; seen from the centre of the sphere they are upright. */
const view = { centre: { theta: Math.PI, phi: Math.PI }, flip: 'astro' } as const;

type Samples = ArrayLike<number>;

function picture(name: string, caption: string, samples: Samples, colormap: ColormapName, range: readonly [number, number]): ReportPicture {
  return { name, caption, png: mollweidePng(samples, theta, columns, { ...view, colormap, range }), scale: { colormap, range } };
}

/** Samples of one channel of coefficients [1, L*L, C], the first signal of a batch. */
async function sample(coefficients: Tensor, L: number, index: number, channel = 0): Promise<Samples> {
  const plan = s2Transform({ L, sampling: 'equiangular', height: rows, width: columns, real: true, dtype: 'float64', device: 'cpu' });
  return tidy(async () => {
    const one = slice(coefficients, [index, 0, channel], [1, L * L, 1]);
    return plan.inverse(cast(toDevice(one, 'cpu'), 'float64')).data();
  });
}

/** Some test digits as they are projected, as the networks see them, and turned. */
export async function digitGalleries({ images, labels, angles }: TestDigits): Promise<Gallery[]> {
  const count = Math.min(4, labels.length);
  const some = images.subarray(0, (count * images.length) / labels.length);
  const turns = { angles: angles.subarray(0, 3 * count) };
  const input = signalInput('coefficients');
  const name = (i: number): string => `digit ${labels[i]}`;
  const projected = await projectDigits(some, { theta, nPhi: columns });
  const sharp = Array.from({ length: count }, (_, i) => projected.subarray(i * rows * columns, (i + 1) * rows * columns));
  const smooth = async (turned: boolean): Promise<Samples[]> =>
    tidy(async () => {
      const flm = await sphericalDigits(some, input, { device: 'cpu', ...(turned && turns) });
      return Promise.all(sharp.map((_, i) => sample(flm, bandlimit, i)));
    });
  const gallery = (title: string, note: string, key: string, all: readonly Samples[]): Gallery => ({
    title,
    note,
    pictures: all.map((samples, i) => picture(`${key}-${i}`, name(i), samples, 'viridis', [0, 1])),
  });
  const south = 'The south pole is in the middle of each picture.';
  return [
    gallery('Digits on the sphere', `As projected. ${south}`, 'projected', sharp),
    gallery('What both networks see in training', `Degrees l < ${bandlimit} of these digits.`, 'digit', await smooth(false)),
    gallery('What they are tested on', 'The same digits under random rotations.', 'rotated', await smooth(true)),
  ];
}

/** The channel of x [1, rows, C] with the largest norm. */
async function strongestChannel(x: Tensor): Promise<number> {
  const channels = x.shape[2]!;
  const squares = new Float64Array(channels);
  (await x.data()).forEach((value, i) => (squares[i % channels]! += value ** 2));
  return squares.indexOf(Math.max(...squares));
}

/** Outputs of each block for the first digit x: F(x), the same turned, F of the turned digit, and the difference of these, which is rounding. */
export async function activationGallery(network: SphericalNetwork, { images, labels, angles }: TestDigits, o: Settings): Promise<Gallery> {
  return tidy(async () => {
    const first = images.subarray(0, images.length / labels.length);
    const x = cast(await sphericalDigits(first, signalInput('coefficients'), { device: o.device }), o.dtype);
    const turn = (y: Tensor, L: number): Tensor => rotate(y, tensor(angles.subarray(0, 3), [1, 3]), { tau: s2Type(L), basis: 'real' });
    network.eval();
    const [plain, turned] = noGrad(() => [network.signals(x), network.signals(turn(x, bandlimit))] as const);
    const pictures: ReportPicture[] = [];
    for (let block = 1; block < plain.length; block++) {
      const L = network.types[block]!.length;
      const channel = await strongestChannel(plain[block]!);
      const at = (y: Tensor): Promise<Samples> => sample(y, L, 0, channel);
      const [before, after, again] = await Promise.all([at(plain[block]!), at(turn(plain[block]!, L)), at(turned[block]!)]);
      const range = valueRange(before, 'diverging');
      const difference = Float64Array.from(after, (value, i) => value - again[i]!);
      const largest = Math.max(...valueRange(difference, 'diverging')) / range[1];
      const add = (key: string, caption: string, samples: Samples): number =>
        pictures.push(picture(`block${block}-${key}`, `Block ${block}, channel ${channel}: ${caption}`, samples, 'diverging', range));
      add('plain', 'F(x)', before);
      add('turned', 'R F(x), turned', after);
      add('again', 'F(R x), of the turned digit', again);
      add('difference', `the difference, at most ${largest.toExponential(1)} of the range`, difference);
    }
    const title = 'Activations turn with the digit';
    return { title, note: `Outputs of the equivariant network's blocks as signals on the sphere, their strongest channel.`, pictures };
  });
}
