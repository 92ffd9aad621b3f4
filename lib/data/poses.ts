/** How digits lie on the sphere. */
export interface DigitPoses<Numbers extends ArrayLike<number> = Float64Array> {
  /** [n, 3]: zyz angles in radians, each turns a signal, f'(x) = f(R^-1 x). */
  readonly angles?: Numbers | undefined;
  /** [n, 3]: the symmetric matrix (aa, ab; ab, bb) of each, which takes a point of the plane to that where the digit is read: no rotation is in it. */
  readonly strains?: Numbers | undefined;
}

const poseLengths: Readonly<Record<keyof DigitPoses, number>> = { angles: 3, strains: 3 };

type PoseEntries<Numbers extends ArrayLike<number>> = readonly (readonly [name: keyof DigitPoses, values: Numbers, length: number])[];

/** The poses that are given, each with its numbers per digit. */
export function poseEntries<Numbers extends ArrayLike<number>>(poses: DigitPoses<Numbers>): PoseEntries<Numbers> {
  return Object.entries(poseLengths).flatMap(([key, length]) => {
    const name = key as keyof DigitPoses;
    const values = poses[name];
    return values === undefined ? [] : [[name, values, length] as const];
  });
}

/** Copies of the poses of the digits `first` <= i < `end`. */
export function slicePoses(poses: DigitPoses, first: number, end: number): DigitPoses {
  return Object.fromEntries(poseEntries(poses).map(([name, values, length]) => [name, values.slice(length * first, length * end)]));
}
