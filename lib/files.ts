import { readBytes, writeFileAtomic } from './atomic_file.js';
import type { DeviceOption } from './device.js';
import type { HostArray } from './formats/host_array.js';
import * as npyFormat from './formats/npy.js';
import * as npzFormat from './formats/npz.js';
import * as safetensorsFormat from './formats/safetensors.js';
import { type Tensor, tensor } from './tensor.js';
import { tidy } from './scope.js';

/** Where loaded tensors go. */
export interface LoadOptions {
  readonly device?: DeviceOption;
}

async function toHost(x: Tensor): Promise<HostArray> {
  return { dtype: x.dtype, shape: x.shape, data: await x.data() };
}

function toTensor({ data, shape, dtype }: HostArray, options: LoadOptions): Tensor {
  return tensor(data, shape, { ...options, dtype });
}

async function toHosts(tensors: Readonly<Record<string, Tensor>>): Promise<Map<string, HostArray>> {
  return new Map(await Promise.all(Object.entries(tensors).map(async ([name, x]) => [name, await toHost(x)] as const)));
}

/** Where one does not fit into memory, those before it are freed. */
function toTensors(arrays: ReadonlyMap<string, HostArray>, options: LoadOptions): Record<string, Tensor> {
  return tidy(() => Object.fromEntries([...arrays].map(([name, array]) => [name, toTensor(array, options)])));
}

/**
 * Tensors by name in a safetensors file. Complex tensors are stored as real ones with a last axis (re, im) and listed in the file's
 * metadata `clebsch.complex`, which neither of the two functions shows.
 */
export const safetensors = {
  /** Replaces `file` in one step: it is written whole or not at all. The values are those at the time of the call. Throws ERR_IO, ERR_VALUE. */
  async save(file: string, tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>> = {}): Promise<void> {
    await writeFileAtomic(file, safetensorsFormat.serialize(await toHosts(tensors), metadata), 'safetensors.save');
  },

  /** Throws ERR_IO, or ERR_FORMAT where the file is not exactly a safetensors file with F32, F64, I32 and U8 tensors. */
  async load(file: string, options: LoadOptions = {}): Promise<{ tensors: Record<string, Tensor>; metadata: Record<string, string> }> {
    const { tensors, metadata } = safetensorsFormat.parse(await readBytes(file, 'safetensors.load'));
    return { tensors: toTensors(tensors, options), metadata: { ...metadata } };
  },
};

/** One tensor in a NumPy .npy file. */
export const npy = {
  /** Replaces `file` in one step, in version 1 and C order. Throws ERR_IO. */
  async save(file: string, x: Tensor): Promise<void> {
    await writeFileAtomic(file, npyFormat.serialize(await toHost(x)), 'npy.save');
  },

  /** int64 (within the range of int32) becomes int32, bool uint8, big-endian and Fortran order row-major. Throws ERR_IO, or ERR_FORMAT. */
  async load(file: string, options: LoadOptions = {}): Promise<Tensor> {
    return toTensor(npyFormat.parse(await readBytes(file, 'npy.load')), options);
  },
};

/** Tensors by name in a NumPy .npz archive: one .npy entry each. */
export const npz = {
  /** Replaces `file` in one step; entries are not compressed. The values are those at the time of the call. Throws ERR_IO, ERR_VALUE. */
  async save(file: string, tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    await writeFileAtomic(file, npzFormat.serialize(await toHosts(tensors)), 'npz.save');
  },

  /** Compressed or not, with the types that `npy.load` reads. Throws ERR_IO, or ERR_FORMAT. */
  async load(file: string, options: LoadOptions = {}): Promise<Record<string, Tensor>> {
    return toTensors(await npzFormat.parse(await readBytes(file, 'npz.load')), options);
  },
};
