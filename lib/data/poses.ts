/** How digits lie on the sphere. */
export interface DigitPoses<Numbers extends ArrayLike<number> = Float64Array> {
  /** [n, 3]: zyz angles in radians, each turns a signal, f'(x) = f(R^-1 x). */
  readonly angles?: Numbers | undefined;
  /** [n, 3]: the symmetric matrix (aa, ab; ab, bb) of each, which takes a point of the plane to that where the digit is read: no rotation is in it. */
  readonly strains?: Numbers | undefined;
}

/** Numbers of each digit in each of its poses. */
export const poseLength = 3;

/** The poses that are given, by name. */
export function poseEntries<Numbers extends ArrayLike<number>>({
  angles,
  strains,
}: DigitPoses<Numbers>): [name: string, values: Numbers][] {
  return Object.entries({ angles, strains }).filter((entry): entry is [string, Numbers] => entry[1] !== undefined);
}

/** Copies of the poses of the digits `first` <= i < `end`. */
export function slicePoses(poses: DigitPoses, first: number, end: number): DigitPoses {
  return Object.fromEntries(poseEntries(poses).map(([name, values]) => [name, values.slice(poseLength * first, poseLength * end)]));
}
