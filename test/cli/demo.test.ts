import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWithMnist } from '../support/digits.js';
import { clebsch } from './command.js';

describeWithMnist('the demo', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'clebsch-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test('a small demo trains, tests, saves, predicts in a second process and reports', async () => {
    const { status, stdout, stderr } = await clebsch(['demo', '--out', folder, '--limit', '100', '--epochs', '1', '--json']);
    expect([status, stderr]).toEqual([0, '']);
    const error = { mean: expect.any(Number), max: expect.any(Number) };
    const network = { parameters: expect.any(Number), unrotated: expect.any(Number), rotated: expect.any(Number) };
    const found = JSON.parse(stdout) as { networks: { parameters: number }[]; equivarianceError: Record<string, { mean: number }> };
    expect(found).toMatchObject({
      training: 100,
      test: 20,
      epochs: 1,
      networks: [
        { name: 'equivariant network', ...network },
        { name: 'planar CNN', ...network },
      ],
      equivarianceError: { float32: error, float64: error },
      samePredictions: true,
    });
    const [own, other] = found.networks.map(({ parameters }) => parameters);
    expect(Math.abs(own! - other!) / own!).toBeLessThan(0.02);
    expect(found.equivarianceError['float32']!.mean).toBeLessThan(1e-5);
    expect(found.equivarianceError['float64']!.mean).toBeLessThan(1e-12);
    const files = await readdir(folder);
    expect(files).toEqual(expect.arrayContaining(['index.html', 'equivariant.safetensors', 'planar.safetensors', 'block3-turned.png']));
    expect(await readFile(path.join(folder, 'index.html'), 'utf8')).not.toMatch(/<script|href=|src="(?!data:)/);
  });

  test('Ctrl-C ends the demo after its step with a checkpoint, status 130 and no temporary file', async () => {
    const { status, stdout, stderr } = await clebsch(['demo', '--out', folder, '--limit', '100', '--epochs', '100000'], {
      interruptAt: /Training the equivariant/,
    });
    expect(status).toBe(130);
    expect(stdout).toMatch(/Checkpoint after \d+ of 200000 steps: /);
    expect(stderr).toMatch(/^clebsch: stopped by Ctrl-C\n$/);
    expect(await readdir(folder)).toEqual(['equivariant-checkpoint.safetensors']);
  });
});
