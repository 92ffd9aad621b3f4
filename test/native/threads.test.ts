import { readdirSync, readFileSync } from 'node:fs';
import { info, matmul, random, setThreads, tidy } from '../../lib/index.js';

/** The cores that each thread of this process may use, as the system lists them. */
function allowedCores(): string[] {
  return readdirSync('/proc/self/task').map((id) => {
    const status = readFileSync(`/proc/self/task/${id}/status`, 'utf8');
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(status)![1]!;
  });
}

// With one core there is nothing to choose.
test('only pool threads keep off a core, that of the thread they help', () => {
  const { threads } = info().cpu;
  const all = readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(.*)$/m)![1]!;
  setThreads(2);
  tidy(() => void matmul(random.normal([300, 300]), random.normal([300, 300])).dataSync());
  setThreads(threads);
  const bound = allowedCores().filter((cores) => cores !== all);
  if (/^\d+$/.test(all)) expect(bound).toEqual([]);
  else expect(bound.length).toBeGreaterThan(0);
  // Node's own threads, ours of the stream and of JavaScript stay free
  expect(allowedCores().filter((cores) => cores === all).length).toBeGreaterThanOrEqual(2);
});
