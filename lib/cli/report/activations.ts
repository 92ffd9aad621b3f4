import { type Tau, s2Type } from '../../harmonics/irreps.js';
import { rotate } from '../../harmonics/rotation.js';
import type { SignalInput } from '../../data/signal_input.js';
import { sphericalDigits } from '../../data/spherical_digits.js';
import type { SphericalNetwork } from '../../models/spherical_network.js';
import { cast, toDevice } from '../../ops/layout.js';
import type { Gallery, ReportPicture, Table } from '../../report/html.js';
import { valueRange } from '../../report/mollweide.js';
import { tidy } from '../../scope.js';
import { noGrad } from '../../tape.js';
import { type Tensor, tensor } from '../../tensor.js';
import { pick } from './digit_pictures.js';
import type { Place, TestDigits } from './evaluation.js';
import { type Range, type Sphere, middleFragments, spherePicture, sphereOf } from './sphere.js';

/** Digits that the differences are measured on. */
const measured = 8;

/** Output F(x) of a block for some digits x, the same turned, and the output for the turned digits: [n, rows, channels] each. */
interface BlockOutput {
  readonly tau: Tau;
  readonly channels: number;
  readonly plain: Float64Array;
  readonly turned: Float64Array;
  readonly again: Float64Array;
  readonly digits: number;
}

/** Of each block, the network being in evaluation mode. */
export async function blockOutputs(
  network: SphericalNetwork,
  digits: TestDigits,
  input: SignalInput,
  place: Place,
): Promise<BlockOutput[]> {
  const { dtype, device } = place;
  const n = digits.labels.length;
  // Rotations are applied in double precision, so that what is seen is the network's own error.
  const exact = (y: Tensor): Tensor => cast(toDevice(y, 'cpu'), 'float64');
  return tidy(async () => {
    const x = exact(await sphericalDigits(digits.images, input, { device: 'cpu' }));
    const turn = (y: Tensor, tau: Tau): Tensor => rotate(y, tensor(digits.angles, [n, 3]), { tau, basis: 'real' });
    const signals = (y: Tensor): Tensor[] => noGrad(() => network.signals(toDevice(cast(y, dtype), device)).map(exact));
    network.eval();
    const [plain, again] = [signals(x), signals(turn(x, s2Type(input.L)))];
    const read = async (y: Tensor): Promise<Float64Array> => (await y.data()) as Float64Array;
    const outputs = plain.map(async (y, block): Promise<BlockOutput> => {
      const tau = network.types[block]!;
      const [own, turned, other] = await Promise.all([y, turn(y, tau), again[block]!].map(read));
      return { tau, channels: y.shape[2]!, plain: own!, turned: turned!, again: other!, digits: n };
    });
    return (await Promise.all(outputs)).slice(1); // the first one is x itself
  });
}

/** ||F(R x) - R F(x)|| / ||F(R x)||, the mean over the digits; 0 where a block is silent. */
export function relativeDifference({ turned, again, digits }: BlockOutput): number {
  const size = again.length / digits;
  const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  const each = Array.from({ length: digits }, (_, i) => {
    const [a, b] = [turned, again].map((values) => values.subarray(i * size, (i + 1) * size)) as [Float64Array, Float64Array];
    const whole = norm(b);
    return whole > 0 ? norm(a.map((value, j) => value - b[j]!)) / whole : 0;
  });
  return each.reduce((a, b) => a + b, 0) / digits;
}

/** A relative size as one writes it: `1.3 %`, or `5.4e-7` where it is tiny. */
export function relativeSize(value: number): string {
  if (value === 0) return '0';
  return value >= 0.001 ? `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %` : value.toExponential(1);
}

/** The channel whose middle fragments are largest for the first digit. */
function strongestChannel({ tau, channels, plain }: BlockOutput): number {
  const squares = Array.from({ length: channels }, (_, channel) =>
    middleFragments(plain, tau, channels, channel).reduce((sum, value) => sum + value ** 2, 0),
  );
  return squares.indexOf(Math.max(...squares));
}

/** The power of ten that makes a difference visible; 1 for one that is rounding, or large. */
function magnification(share: number): number {
  return share > 1e-4 && share < 0.1 ? 10 ** Math.floor(-Math.log10(share)) : 1;
}

async function blockPictures(output: BlockOutput, block: number): Promise<ReportPicture[]> {
  const { tau, channels } = output;
  const channel = strongestChannel(output);
  const spheres = [output.plain, output.turned, output.again].map((data) => sphereOf(middleFragments(data, tau, channels, channel)));
  const [before, turned, again] = (await Promise.all(spheres)) as [Sphere, Sphere, Sphere];
  const bound = Math.max(...[before, turned, again].map(({ samples }) => valueRange(samples, 'diverging')[1]));
  const difference = Float64Array.from(again.samples, (value, i) => value - turned.samples[i]!);
  const factor = magnification(bound > 0 ? valueRange(difference, 'diverging')[1] / bound : 0);
  const picture = (key: string, caption: string, sphere: Sphere, most: number): ReportPicture => {
    const range: Range = [-most, most];
    return spherePicture(`block${block}-${key}`, `Block ${block}, channel ${channel}: ${caption}`, sphere, 'diverging', range);
  };
  const enlarged = factor > 1 ? `, in colours ${factor} times as strong` : '';
  const size = `${relativeSize(relativeDifference(output))} of F(R x)`;
  return [
    picture('plain', 'F(x)', before, bound),
    picture('turned', 'R F(x), turned', turned, bound),
    picture('again', 'F(R x), of the turned digit', again, bound),
    picture('difference', `F(R x) - R F(x), ${size}${enlarged}`, { ...again, samples: difference }, bound / factor),
  ];
}

const typeText = (tau: Tau): string => (tau.every((n) => n === tau[0]) ? `${tau[0]} each` : tau.join(', '));

function differenceTable(outputs: readonly BlockOutput[]): Table {
  return {
    title: 'Does the network turn with its input?',
    note:
      'The size of F(R x) - R F(x) in relation to F(R x), F being all up to the end of a block, x a digit, R a rotation; ' +
      `the mean over ${outputs[0]?.digits ?? 0} digits. Rounding alone gives about 1e-6 in single and 1e-14 in double precision.`,
    columns: ['block', 'degrees', 'fragments', 'channels', 'difference'],
    rows: outputs.map((output, i) => [
      `block ${i + 1}`,
      `0 to ${output.tau.length - 1}`,
      typeText(output.tau),
      String(output.channels),
      relativeSize(relativeDifference(output)),
    ]),
  };
}

/** How an equivariant network's blocks answer to rotations of test digits: pictures for the first one, and the differences as numbers. */
export async function activationSections(
  network: SphericalNetwork,
  digits: TestDigits,
  input: SignalInput,
  place: Place,
): Promise<{ differences: number[]; sections: [Table, Gallery] }> {
  const indices = Array.from({ length: Math.min(measured, digits.labels.length) }, (_, i) => i);
  const outputs = await blockOutputs(network, pick(digits, indices), input, place);
  const pictures: ReportPicture[] = [];
  for (const [i, output] of outputs.entries()) pictures.push(...(await blockPictures(output, i + 1)));
  const note =
    "The outputs of the network's blocks for the first test digit, as signals on the sphere: of the channel that is strongest, and of each " +
    'degree the middle fragment.';
  return {
    differences: outputs.map(relativeDifference),
    sections: [differenceTable(outputs), { title: 'Activations turn with the digit', note, pictures }],
  };
}
