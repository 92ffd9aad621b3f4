import '../cleanup.js';
import { statSync } from 'node:fs';
import path from 'node:path';
import { barePath, install, readPackage, run, tarball } from '../../package/consumer.js';
import type { Report } from '../report.js';

const prediction = `const { loadModel, nn, saveModel, tensor } = await import('clebsch');
  await saveModel(new nn.Sequential([new nn.Linear(3, 2)]), 'model.safetensors');
  const model = await loadModel('model.safetensors');
  console.log((await model.predict(tensor([1, 2, 3], [1, 3]))).shape.join());`;
const addition = `add(tensor([1]), tensor([2])).data().then(([sum]) => console.log(sum));`;

/** The tarball in an empty project, with nothing but node, npm and sh in PATH and install scripts blocked. */
export function measure(report: Report): Promise<void> {
  const bare = barePath();
  const file = tarball(bare);
  report.note('tarball.megabytes', statSync(file).size / 1e6);
  const start = performance.now();
  const project = install(bare, file);
  report.note('tarball.install-seconds', (performance.now() - start) / 1000);
  const node = (...args: string[]): string => run(project, bare, 'node', args).trim();
  const info = JSON.parse(node(path.join('node_modules', '.bin', 'clebsch'), 'info', '--json')) as { version: string };
  report.equal('tarball.clebsch-info-version', info.version, readPackage().version);
  report.equal('tarball.prediction-shape', node('--input-type=module', '-e', prediction), '1,2');
  report.equal('tarball.commonjs-sum', node('-e', `const { add, tensor } = require('clebsch'); ${addition}`), '3');
  report.equal('tarball.esm-sum', node('--input-type=module', '-e', `import { add, tensor } from 'clebsch'; ${addition}`), '3');
  return Promise.resolve();
}
