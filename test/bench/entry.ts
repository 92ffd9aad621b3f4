import type { Dtype } from '../../lib/dtype.js';
import type { DeviceOption, Tensor } from '../../lib/index.js';
import type { Input } from '../support/case.js';
import type { PeerWork } from './peers/python_peer.js';

/** A piece of work to time. */
export interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly inputs: readonly Input[];
  /** Plans, products and models are made here, outside of the time. */
  readonly make: (device: DeviceOption) => (...inputs: Tensor[]) => Tensor;
  /** Of one forward call. */
  readonly flops: number;
  /** How the inputs lie in memory, where it is not row-major. */
  readonly layout?: string;
  /** Times forward and backward too; their flops as a multiple of forward's: 2 for linear maps, 3 for bilinear ones. */
  readonly backward?: 2 | 3;
  /** Bytes read and written, where they are not those of inputs and output. */
  readonly bytes?: number;
  /** Other libraries that do the same. */
  readonly peers?: readonly PeerWork[];
  /** Of forward and backward; their results are those of forward. */
  readonly backwardPeers?: readonly PeerWork[];
}

export const inputs = (...shapes: (readonly number[])[]): Input[] => shapes.map((shape) => ({ shape }));

/** 'float32' or 'float64': what the options of plans take. */
export type Precision = 'float32' | 'float64';
