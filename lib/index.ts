import './ops/methods.js';

export { ClebschError, type ErrorCode } from './errors.js';
export type { Dtype, TypedArray, TypedArrayOf } from './dtype.js';
export type { Device, DeviceOption } from './device.js';
export { Tensor, type TensorLike, type TensorOptions, full, fullLike, ones, onesLike, tensor, zeros, zerosLike } from './tensor.js';
export { tidy } from './scope.js';
export { grad, grads, hvp, noGrad, valueAndGrad, valueAndGrads } from './tape.js';
export { info, memory, planCache, setThreads, synchronize } from './machine.js';
export { random, type RandomState } from './random.js';
export * from './ops/blocks.js';
export { broadcastTo } from './ops/broadcast.js';
export { conj } from './ops/conjugate.js';
export * from './ops/elementwise.js';
export { argmax, logSoftmax, logsumexp, max, mean, min, softmax, sum, variance } from './ops/reduce.js';
export * from './ops/views.js';
export * from './ops/layout.js';
export * from './ops/rows.js';
export { einsum, matmul, outer } from './ops/contract.js';
export * from './ops/window.js';
export { type S2Transform, type S2TransformOptions, s2Transform } from './harmonics/s2_transform.js';
export { type SO3Sampling, type SO3Transform, type SO3TransformOptions, so3Transform } from './harmonics/so3_transform.js';
export type { Sampling } from './harmonics/sampling.js';
export { type GroupBandlimits, groupToComplexBasis, groupToRealBasis } from './harmonics/group_basis.js';
export {
  type CorrelationOptions,
  type SO3CorrelationOptions,
  s2Correlation,
  so3Correlation,
  zonalConvolution,
} from './harmonics/correlation.js';
export {
  type FilterGridOptions,
  type FilterPoints,
  type LocalizedFilterOptions,
  equatorialGrid,
  localizedFilter,
  nearIdentityGrid,
} from './harmonics/localized_filter.js';
export { type Basis, toComplexBasis, toRealBasis } from './harmonics/basis.js';
export { type Angles, type RotateOptions, rotate, wignerD, wignerSmallD } from './harmonics/rotation.js';
export { clebschGordan } from './harmonics/clebsch_gordan.js';
export { degree } from './harmonics/degree.js';
export { type Parity, type Tau, irreps, s2Type, so3Type, typeSize } from './harmonics/irreps.js';
export { type MixingSet, mixingSet } from './harmonics/mixing_set.js';
export { type TensorProduct, type TensorProductOptions, tensorProduct } from './harmonics/tensor_product.js';
export { type FusedTensorProduct, type FusedTensorProductOptions, fusedTensorProduct } from './harmonics/fused_tensor_product.js';
export {
  type PathMode,
  type TensorProductPath,
  type WeightedTensorProduct,
  type WeightedTensorProductOptions,
  weightedTensorProduct,
} from './harmonics/weighted_tensor_product.js';
export { type ConvolutionKind, type GeneralizedConvolutionOptions, generalizedConvolution } from './harmonics/generalized_convolution.js';
export { type EquivarianceOptions, equivarianceError } from './harmonics/equivariance.js';
export * as interop from './interop/index.js';
export * as nn from './nn/index.js';
export * as optim from './optim.js';
export * as models from './models/index.js';
export { npy, npz, safetensors } from './files.js';
export { type Model, type PredictOptions, loadModel, saveModel } from './model_file.js';
