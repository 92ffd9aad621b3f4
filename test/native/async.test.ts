import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { add, full, matmul, random, synchronize, tidy, zeros } from '../../lib/index.js';
import { native } from '../../lib/native.js';

const cpu = native.deviceCode('cpu');

test('calls return at once; data waits for the work before it', async () => {
  native.sleepTask(cpu, 200);
  const start = performance.now();
  const x = add(full([2], 1), 1);
  expect(performance.now() - start).toBeLessThan(100);
  expect([...(await x.data())]).toEqual([2, 2]);
  expect(performance.now() - start).toBeGreaterThan(150);
  x.dispose();
});

test('reads resolve in the order of the work', async () => {
  const order: number[] = [];
  await Promise.all(
    [0, 1, 2, 3].map(async (i) => {
      native.sleepTask(cpu, 5);
      const x = full([1], i);
      order.push((await x.data())[0]!);
      x.dispose();
    }),
  );
  expect(order).toEqual([0, 1, 2, 3]);
});

test('a read shows the state at its place in the queue', async () => {
  const x = full([4], 1);
  native.sleepTask(cpu, 20);
  const read = x.data();
  native.ops['sgd_']!(x.external('test'), x.external('test'), null, 0.5, 0, 0, false);
  expect([...(await read)]).toEqual([1, 1, 1, 1]);
  expect([...x.dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5]);
  x.dispose();
});

test('the event loop goes on while a long job runs', async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const done = tidy(() => {
    const x = random.normal([1000, 1000]);
    return matmul(matmul(matmul(x, x), x), x);
  });
  native.sleepTask(cpu, 300);
  delay.enable();
  let ticks = 0;
  let running = true;
  const ticking = (async () => {
    while (running) {
      await setTimeout(5);
      ticks++;
    }
  })();
  await synchronize('cpu');
  running = false;
  await ticking;
  delay.disable();
  done.dispose();
  expect(ticks).toBeGreaterThan(20);
  // The acceptance run measures 20 ms on an idle machine; a test machine may be busy.
  expect(delay.percentile(90) / 1e6).toBeLessThan(60);
});

test('synchronize waits for everything', async () => {
  native.sleepTask(cpu, 50);
  const start = performance.now();
  await synchronize();
  expect(performance.now() - start).toBeGreaterThan(40);
  zeros([1]).dispose();
});
