import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './consumer.js';

test('AVX instructions stay in the kernels compiled per instruction set', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'check_isa.js')], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
