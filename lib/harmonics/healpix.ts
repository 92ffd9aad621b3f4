/** Largest nside. */
export const maxNside = 8192;

/** Rings of HEALPix pixels (Gorski et al. 2005), from north to south. */
export interface HealpixRings {
  /** 4 nside - 1 rings. */
  readonly theta: Float64Array;
  /** Pixels of each ring. */
  readonly points: Int32Array;
  /** Longitude of the first pixel of each ring, in pixels: 0 or 1/2. */
  readonly offset: Float64Array;
}

/** Polar angles near the poles come from 1 - |cos(theta)|, which keeps their accuracy. */
export function healpixRings(nside: number): HealpixRings {
  const rings = 4 * nside - 1;
  const theta = new Float64Array(rings);
  const points = new Int32Array(rings);
  const offset = new Float64Array(rings);
  for (let ring = 1; ring <= rings; ring++) {
    const fromPole = Math.min(ring, 4 * nside - ring);
    const polar = fromPole < nside;
    // sin^2(theta/2) = (1 - z)/2, from the nearer pole
    const versine = polar ? fromPole ** 2 / (6 * nside ** 2) : (1 - (4 * nside - 2 * fromPole) / (3 * nside)) / 2;
    const angle = 2 * Math.asin(Math.sqrt(versine));
    theta[ring - 1] = ring === fromPole ? angle : Math.PI - angle;
    points[ring - 1] = polar ? 4 * fromPole : 4 * nside;
    offset[ring - 1] = polar || (fromPole - nside) % 2 === 0 ? 0.5 : 0;
  }
  return { theta, points, offset };
}
