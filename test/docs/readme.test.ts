import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.join(__dirname, '../..');

test('the example of the README runs and prints what it says', () => {
  const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'README.md'), 'utf8'))!;
  const folder = mkdtempSync(path.join(tmpdir(), 'clebsch-readme-'));
  try {
    const file = path.join(folder, 'example.mjs');
    writeFileSync(file, example!.replace("'clebsch'", `'${pathToFileURL(path.join(root, 'dist/esm/index.js')).href}'`));
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('[ 2, 64, 4 ]');
    expect(Number(/mean: ([\d.e-]+)/.exec(stdout)![1])).toBeLessThan(1e-6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
