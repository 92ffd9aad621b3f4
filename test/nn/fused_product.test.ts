import { type Tensor, mixingSet, mul, nn, random, s2Type, sum } from '../../lib/index.js';
import { differentiate } from '../../lib/tape.js';
import { relativeError } from '../support/reference.js';

const float64 = { dtype: 'float64' } as const;

/** A product, a convolution, and what they are to give in turn. */
function layers(L: number, constrained: boolean): { product: nn.TensorProductActivation; convolution: nn.GeneralizedConvolution } {
  const product = new nn.TensorProductActivation({ tau: s2Type(L), edges: mixingSet('mst', L, { lOut: L - 1, loops: 'even' }) });
  const tauOut = s2Type(L - 1);
  const sizes = { tauIn: product.tau, tauMid: tauOut.map(() => 2), tauOut, channelsIn: 5, channelsOut: 3 };
  return { product, convolution: new nn.GeneralizedConvolution({ ...sizes, constrained, ...float64 }) };
}

describe.each([true, false])('a product and a convolution behind it, constrained %s', (constrained) => {
  const { product, convolution } = layers(5, constrained);
  const x = random.normal([3, 25, 5], float64);
  const g = random.normal([3, 16, 3], float64);

  /** Value and gradients by the input and all parameters. */
  function results(layer: (x: Tensor) => Tensor): Tensor[] {
    const sources = [x, ...Object.values(convolution.parameters())];
    return [layer(x), ...differentiate(sources, () => sum(mul(layer(x), g))).grads];
  }

  const wanted = results((y) => convolution.forward(product.forward(y)));

  test.each<[string, (x: Tensor) => Tensor]>([
    ['Sequential', (y) => new nn.Sequential([product, convolution]).forward(y)],
    ['SphericalLayer', (y) => new nn.SphericalLayer({ L1: new nn.Sequential([]), N: product, L2: convolution }).forward(y)],
  ])('are the same within %s', (_, layer) => {
    results(layer).forEach((result, i) => expect(relativeError(result.dataSync(), wanted[i]!.dataSync())).toBeLessThan(1e-12));
  });
});

test('a product of another type throws', () => {
  const [{ product }, { convolution }] = [layers(4, true), layers(5, true)];
  const error = expect.objectContaining({ code: 'ERR_VALUE', op: 'GeneralizedConvolution' }) as Error;
  expect(() => convolution.forwardProduct(product, random.normal([3, 16, 5], float64))).toThrow(error);
});
