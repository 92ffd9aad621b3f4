import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { npy, npz, safetensors } from '../../lib/files.js';
import { memory } from '../../lib/machine.js';
import { type Tensor, tensor } from '../../lib/tensor.js';

describe('tensors in files', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const samples = (): Record<string, Tensor> => ({
    weight: tensor([1, 2, 3, 4, 5, 6], [2, 3]),
    exact: tensor([Math.PI], [1], { dtype: 'float64' }),
    wave: tensor([1, 2, 3, 4], [2], { dtype: 'complex64' }),
    field: tensor([5, 6], [], { dtype: 'complex128' }),
    labels: tensor(Int32Array.of(-1, 7)),
    image: tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]),
  });

  async function expectSame(read: Tensor, written: Tensor): Promise<void> {
    expect([read.dtype, read.shape]).toEqual([written.dtype, written.shape]);
    expect(await read.data()).toEqual(await written.data());
  }

  test('safetensors: what was saved comes back, and nothing else is left', async () => {
    const file = path.join(folder, 'x.safetensors');
    const written = samples();
    await safetensors.save(file, written, { note: 'kept' });
    const { tensors, metadata } = await safetensors.load(file);
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(written).sort());
    for (const [name, x] of Object.entries(written)) await expectSame(tensors[name]!, x);
    expect(metadata).toEqual({ note: 'kept' });
    expect(readdirSync(folder)).toEqual(['x.safetensors']);
    for (const x of [...Object.values(written), ...Object.values(tensors)]) x.dispose();
  });

  test('npy: what was saved comes back', async () => {
    for (const [name, x] of Object.entries(samples())) {
      const file = path.join(folder, `${name}.npy`);
      await npy.save(file, x);
      const read = await npy.load(file);
      await expectSame(read, x);
      read.dispose();
      x.dispose();
    }
  });

  test('npz: what was saved comes back, and nothing else is left', async () => {
    const file = path.join(folder, 'x.npz');
    const written = samples();
    await npz.save(file, written);
    const read = await npz.load(file);
    expect(Object.keys(read)).toEqual(Object.keys(written));
    for (const [name, x] of Object.entries(written)) await expectSame(read[name]!, x);
    expect(readdirSync(folder)).toEqual(['x.npz']);
    for (const x of [...Object.values(written), ...Object.values(read)]) x.dispose();
  });

  test('a file that is none makes no tensors', async () => {
    const file = path.join(folder, 'broken');
    writeFileSync(file, 'not a file of ours');
    const before = memory().tensors;
    await expect(safetensors.load(file)).rejects.toMatchObject({ code: 'ERR_FORMAT' });
    await expect(npy.load(file)).rejects.toMatchObject({ code: 'ERR_FORMAT' });
    await expect(npz.load(file)).rejects.toMatchObject({ code: 'ERR_FORMAT' });
    await expect(npz.load(path.join(folder, 'absent'))).rejects.toMatchObject({ code: 'ERR_IO', op: 'npz.load' });
    await expect(npy.load(path.join(folder, 'absent'))).rejects.toMatchObject({ code: 'ERR_IO', op: 'npy.load' });
    expect(memory().tensors).toBe(before);
  });
});
