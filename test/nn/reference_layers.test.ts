import { type MixingSet, type Tensor, cast, mul, nn, sum, tensor, tidy } from '../../lib/index.js';
import { differentiate } from '../../lib/tape.js';
import { ReferenceSet, relativeError } from '../support/reference.js';

const reference = new ReferenceSet('cg');
const dtypes = ['float64', 'float32'] as const;
type Precision = (typeof dtypes)[number];

interface Segment {
  readonly offset: number;
  readonly shape: readonly [number, number, number];
}

interface LayerCase {
  readonly name: string;
  readonly kind: string;
  readonly params: {
    edgeSet: string;
    tau: number[];
    tauX: number[];
    tauIn: number[];
    tauMid: number[];
    tauOut: number[];
    channels: number;
    channelsOut: number;
    eps: number;
    momentum: number;
    segments: Record<string, Segment[]>;
  };
  readonly files: Record<string, string>;
  readonly tolerance: Record<Precision, number>;
}

const cases = (kind: string): LayerCase[] =>
  reference.present ? reference.json<{ cases: LayerCase[] }>('index.json').cases.filter((c) => c.kind === kind) : [];

/** The set's blocks [C, tauIn, tauOut] of a channel-wise step as ours, [tauIn, tauOut, C]. */
function channelsLast(values: Tensor, segments: readonly Segment[]): Tensor {
  const [from, to] = [values.dataSync(), new Float64Array(values.size)];
  for (const { offset, shape } of segments) {
    const [channels, fragmentsIn, fragmentsOut] = shape;
    const inner = fragmentsIn * fragmentsOut;
    for (let c = 0; c < channels; c++) for (let i = 0; i < inner; i++) to[offset + i * channels + c] = from[offset + c * inner + i]!;
  }
  return tensor(to, values.shape, { dtype: values.dtype });
}

/** Gradients of the loss by `sources`, and its Hessian times `v` in all of them together. */
function derivatives(loss: () => Tensor, sources: Tensor[], v: readonly Tensor[]): { first: Tensor[]; second: Tensor[] } {
  const gradients = (): Tensor[] => differentiate(sources, loss).grads;
  const along = (): Tensor =>
    gradients()
      .map((g, i) => sum(mul(g, v[i]!)))
      .reduce((a, b) => a.add(b));
  return { first: gradients(), second: differentiate(sources, along).grads };
}

function expectNear(got: Tensor, want: Tensor, tolerance: number): void {
  expect(got.shape).toEqual(want.shape);
  expect(relativeError(got.dataSync(), want.dataSync())).toBeLessThan(tolerance);
}

reference.describe('layers against 80-bit sums and torch', () => {
  for (const dtype of dtypes) {
    const load = (file: string): Tensor => cast(reference.load(file), dtype);

    test.each(cases('productLinear'))(`$name, ${dtype}`, ({ params, files, tolerance }) => {
      const { tauX, tauIn, tauMid, tauOut, channels, channelsOut, segments } = params;
      const edges = reference.json<Record<string, MixingSet>>(files['edges']!)[params.edgeSet]!;
      const product = new nn.TensorProductActivation({ tau: tauX, edges });
      const sizes = { tauIn, tauMid, tauOut, channelsIn: channels, channelsOut };
      const linear = new nn.GeneralizedConvolution({ ...sizes, constrained: true, bias: false, dtype });
      const role = (name: string): Tensor => (name.endsWith('wc') ? channelsLast(load(files[name]!), segments['wc']!) : load(files[name]!));
      tidy(() => {
        linear.loadStateDict({ 'weights.0': role('wu'), 'weights.1': role('wc'), 'weights.2': role('wx') });
        const [x, g] = [role('x'), role('g')];
        expect(product.tau).toEqual(tauIn);
        expectNear(product.forward(x), role('product'), tolerance[dtype]);
        expectNear(linear.forward(product.forward(x)), role('output'), tolerance[dtype]);
        const names = ['x', 'wu', 'wc', 'wx'];
        const sources = [x, ...linear.weights];
        const loss = (): Tensor => sum(mul(linear.forward(product.forward(x)), g));
        const { first, second } = derivatives(
          loss,
          sources,
          names.map((name) => role(`v_${name}`)),
        );
        names.forEach((name, i) => {
          expectNear(first[i]!, role(`grad_${name}`), tolerance[dtype]);
          expectNear(second[i]!, role(`hv_${name}`), tolerance[dtype]);
        });
      });
      linear.dispose();
    });

    test.each(cases('productLinearUnconstrained'))(`$name, ${dtype}`, ({ params, files, tolerance }) => {
      const { tauIn, tauOut, channels, channelsOut } = params;
      const linear = new nn.GeneralizedConvolution({ tauIn, tauOut, channelsIn: channels, channelsOut, dtype });
      const role = (name: string): Tensor => load(files[name]!);
      tidy(() => {
        linear.loadStateDict({ 'weights.0': role('w'), bias: role('bias') });
        const [x, g] = [role('product'), role('g')];
        expectNear(linear.forward(x), role('output'), tolerance[dtype]);
        const { grads } = differentiate([linear.weights[0]!, linear.bias!], () => sum(mul(linear.forward(x), g)));
        expectNear(grads[0]!, role('grad_w'), tolerance[dtype]);
        expectNear(grads[1]!, role('grad_bias'), tolerance[dtype]);
      });
      linear.dispose();
    });

    test.each(cases('norm'))(`$name, ${dtype}`, ({ params, files, tolerance }) => {
      const { tau, channels, eps, momentum } = params;
      const norm = new nn.CovariantNorm({ tau, channels, eps, momentum, dtype });
      const role = (name: string): Tensor => load(files[name]!);
      tidy(() => {
        norm.loadStateDict({ scale: norm.scale, running: role('running') });
        const [x, g] = [role('x'), role('g')];
        expectNear(norm.forward(x), role('output'), tolerance[dtype]);
        expectNear(norm.running!, role('running_new'), tolerance[dtype]);
        expectNear(norm.eval().forward(x), role('output_eval'), tolerance[dtype]);
        norm.train();
        const { first, second } = derivatives(() => sum(mul(norm.forward(x), g)), [x], [role('v')]);
        expectNear(first[0]!, role('grad_x'), tolerance[dtype]);
        expectNear(second[0]!, role('hv_x'), tolerance[dtype]);
      });
      norm.dispose();
    });
  }
});
