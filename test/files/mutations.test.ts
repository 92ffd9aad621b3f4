import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mutations } from './mutations.js';

const count = 1500;
/** What the heap, and files that are read for good reason, may add to the largest resident set so far. */
const maxGrowth = 200e6;

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(mutations))(
  `${count} damaged files of %s: each loads or is refused, within bounded memory`,
  async (_, make) => {
    const peak = (): number => 1000 * process.resourceUsage().maxRSS;
    const mutate = await make(folder);
    const before = peak();
    const refused = await mutate(count);
    expect(peak() - before).toBeLessThan(maxGrowth);
    expect(refused).toBeGreaterThan(count / 2);
    expect(refused).toBeLessThan(count);
  },
  20_000,
);
