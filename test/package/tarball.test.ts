import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { barePath, compile, install, readPackage, run, tarball } from './consumer.js';

const path = barePath();
let file: string;
let project: string;

beforeAll(() => {
  file = tarball(path);
  project = install(path, file);
});

const node = (...args: string[]): string => run(project, path, 'node', args);

test('holds the compiled code and the binaries, no sources and no test library', () => {
  const entries = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).split('\n');
  expect(entries).toEqual(expect.arrayContaining(['package/LICENSE', 'package/dist/cjs/index.js', 'package/dist/esm/index.js']));
  expect(entries.filter((entry) => entry.endsWith('.node'))).toEqual([
    `package/prebuilds/${process.platform}-${process.arch}/clebsch.glibc.node`,
  ]);
  const expected =
    /^package\/(dist\/.*\.(js|json|d\.ts)|prebuilds\/[^/]*\/(clebsch\.glibc\.node|libclebsch_cuda\.so)|(package\.json|LICENSE|[A-Z]+\.md))$/;
  expect(entries.filter((entry) => entry !== '' && !expected.test(entry))).toEqual([]);
});

test('runs from CommonJS', () => {
  const source = `const { tensor, add } = require('clebsch');
    const x = tensor([1, 2]);
    add(x, x).data().then((sum) => console.log([...sum].join()));`;
  expect(node('-e', source)).toBe('2,4\n');
});

test('runs as an ES module with the same classes and names', () => {
  const source = `import { createRequire } from 'node:module';
    import * as esm from 'clebsch';
    import { tensor, add, ClebschError } from 'clebsch';
    const cjs = createRequire(process.cwd() + '/x.js')('clebsch');
    const sum = await add(tensor([1]), tensor([2])).data();
    console.log(sum[0], ClebschError === cjs.ClebschError, Object.keys(cjs).every((name) => esm[name] === cjs[name]));`;
  expect(node('--input-type=module', '-e', source)).toBe('3 true true\n');
});

test('predicts with a stored model', () => {
  const source = `import { loadModel, nn, saveModel, tensor } from 'clebsch';
    const module = new nn.Sequential([new nn.Linear(3, 2)]);
    await saveModel(module, 'model.safetensors');
    const model = await loadModel('model.safetensors');
    const x = tensor([1, 2, 3], [1, 3]);
    const [expected, got] = [await module.forward(x).data(), await (await model.predict(x)).data()];
    console.log(got.length, expected.every((value, i) => value === got[i]));`;
  expect(node('--input-type=module', '-e', source)).toBe('2 true\n');
});

test('projects many digits in threads of their own', () => {
  const source = `import { Worker } from 'node:worker_threads';
    import { syncBuiltinESMExports } from 'node:module';
    import threads from 'node:worker_threads';
    let started = 0;
    threads.Worker = class extends Worker { constructor(...args) { super(...args); started++; } };
    syncBuiltinESMExports();
    const { loadModel, models, saveModel } = await import('clebsch');
    await saveModel(models.digitClassifier(models.digitPlan('planar')), 'digits.safetensors');
    const model = await loadModel('digits.safetensors');
    console.log((await model.predict(new Uint8Array(600 * 784))).shape.join(), started > 0);`;
  expect(node('--input-type=module', '-e', source)).toBe('600,10 true\n');
});

test('brings the command', () => {
  const command = join('node_modules', '.bin', 'clebsch');
  const info = JSON.parse(node(command, 'info', '--json')) as { version: string; cuda: { reason: string } };
  expect(info.version).toBe(readPackage().version);
  const report = JSON.parse(node(command, 'doctor', '--json')) as { ok: boolean };
  expect(report.ok).toBe(true);
});

test.each([
  [
    ['module.mts', 'script.cts'],
    ['--module', 'node16'],
  ],
  [['bundled.ts'], ['--module', 'esnext', '--moduleResolution', 'bundler']],
])('types resolve in %j with %j', (files, options) => {
  const source = `import { tensor, type Tensor } from 'clebsch';
    export function read(): Promise<Float32Array> {
      using x: Tensor<'float32'> = tensor([1, 2], [2], { dtype: 'float32' });
      return x.data();
    }`;
  expect(compile(project, files, source, options)).toBe('');
});
