import '../cleanup.js';
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { barePath, root, temporaryFolder } from '../../package/consumer.js';
import type { Report } from '../report.js';

/** A clone that has its npm packages and no build. */
function unbuiltClone(): string {
  const folder = temporaryFolder();
  for (const entry of ['package.json', 'package-lock.json', 'CMakeLists.txt', 'tsconfig.json', 'scripts', 'native', 'lib']) {
    cpSync(path.join(root, entry), path.join(folder, entry), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

export function measure(report: Report): Promise<void> {
  // scripts/accept.js has run the set-up before
  const start = performance.now();
  const again = spawnSync(process.execPath, [path.join(root, 'scripts', 'setup.js')], { cwd: root, encoding: 'utf8' });
  report.equal('setup.second-run-status', again.status ?? -1, 0);
  report.atMost('setup.second-run-seconds', (performance.now() - start) / 1000, 3);
  const clone = unbuiltClone();
  const without = spawnSync(process.execPath, [path.join(clone, 'scripts', 'setup.js')], {
    cwd: clone,
    env: { PATH: barePath() },
    encoding: 'utf8',
  });
  report.equal('setup.without-cmake-status', without.status ?? -1, 1);
  report.matches(
    'setup.without-cmake-command',
    /^ *sudo apt-get.*$/m.exec(without.stderr)?.[0].trim() ?? '',
    /^sudo apt-get install -y .*cmake/,
  );
  return Promise.resolve();
}
