import { readdirSync, readFileSync } from 'node:fs';
import { info, matmul, random, s2Transform, setThreads, so3Transform, so3Type, tidy, typeSize } from '../../lib/index.js';

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

// Maps that no number of threads divides: the threads that are done help with the last ones.
test.each([
  ['sphere', s2Transform({ L: 40, sampling: 'gl', real: true }), 40 * 40],
  ['rotation group', so3Transform({ L: 24, N: 3, real: true }), typeSize(so3Type(24, 3))],
])('the last maps of a batch have the same bits whoever helps: %s', (_, plan, coefficients) => {
  const { threads } = info().cpu;
  const x = random.normal([37, coefficients, 1]);
  const bits = (count: number): Buffer => {
    setThreads(count);
    return tidy(() => Buffer.from(plan.inverse(x).dataSync().slice().buffer));
  };
  const alone = bits(1);
  for (let call = 0; call < 30; ++call) expect(bits(2 + (call % 4)).equals(alone)).toBe(true);
  setThreads(threads);
  x.dispose();
});
