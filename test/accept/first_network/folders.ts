import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../lib/native.js';

export const root = packageRoot();

/** A new empty folder, removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
