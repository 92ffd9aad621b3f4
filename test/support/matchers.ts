/** Equal to every number below `limit`, inside of toEqual. */
export function below(limit: number): unknown {
  return {
    asymmetricMatch: (value: unknown) => typeof value === 'number' && value < limit,
    toString: () => `below ${limit}`,
    toAsymmetricMatcher: () => `below ${limit}`,
  };
}
