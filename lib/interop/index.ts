// Coefficients of other programs to ours and back; all of it is differentiable.
export {
  type E3nnLinearOptions,
  type E3nnNormalization,
  type E3nnSignalOptions,
  fromE3nn,
  fromE3nnLinearWeights,
  fromE3nnWeights,
  toE3nn,
  toE3nnLinearWeights,
  toE3nnWeights,
} from './e3nn.js';
export { type SpinOptions, fromHealpy, fromHealpySpin, toHealpy, toHealpySpin } from './healpy.js';
export { fromS2cnn, toS2cnn } from './s2cnn.js';
export { fromS2fft, toS2fft } from './s2fft.js';
export { fromSO3Real, toSO3Real } from './so3.js';
export { fromTorchHarmonics, toTorchHarmonics } from './torch_harmonics.js';
