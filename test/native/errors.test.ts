import { ClebschError, add, full, info, synchronize, zeros } from '../../lib/index.js';
import { native } from '../../lib/native.js';

const cpu = native.deviceCode('cpu');

async function rejection(promise: Promise<unknown>): Promise<ClebschError> {
  return promise.then(
    () => {
      throw new Error('the promise was resolved');
    },
    (error: unknown) => error as ClebschError,
  );
}

test('native errors are ClebschErrors with code, operation and the native cause', () => {
  let error: unknown;
  try {
    add(zeros([2]), zeros([3]));
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(ClebschError);
  expect(error).toMatchObject({ name: 'ClebschError', code: 'ERR_SHAPE', op: 'add' });
  expect((error as Error).message).toMatch(/^\[add\] expected .* got \[2\] and \[3\]$/);
  expect((error as Error).stack).toContain('errors.test');
});

test('a late error rejects the next read, once, with the stack of the reader', async () => {
  const x = full([3], 1);
  native.failTask(cpu, 'planted');
  const error = await rejection(readHere(x));
  expect(error).toBeInstanceOf(ClebschError);
  expect(error.code).toMatch(/^ERR_/);
  expect(error.message).toContain('planted');
  expect(error.stack).toContain('readHere');
  expect([...(await x.data())]).toEqual([1, 1, 1]);
});

async function readHere(x: { data(): Promise<unknown> }): Promise<unknown> {
  return await x.data();
}

test('an asynchronous call rejects, whatever is wrong with its arguments', async () => {
  expect(await rejection(native.data({} as never))).toMatchObject({ name: 'ClebschError', code: 'ERR_VALUE' });
  expect(await rejection(native.synchronize(99))).toMatchObject({ name: 'ClebschError', code: 'ERR_DEVICE' });
});

test('a late error also rejects synchronize and throws from dataSync', async () => {
  native.failTask(cpu, 'planted');
  expect((await rejection(synchronize('cpu'))).message).toContain('planted');
  native.failTask(cpu, 'planted');
  expect(() => zeros([1]).dataSync()).toThrow(/planted/);
  await synchronize('cpu');
});

test('raw handles of another kind are refused, not dereferenced', () => {
  for (const value of [undefined, null, 1, 'x', {}, native.bilinearPlan([1], [1], [0, 0, 0], false, false, 0, cpu)]) {
    expect(() => native.ops['neg']!(value)).toThrow(expect.objectContaining({ code: 'ERR_VALUE', op: 'neg' }));
  }
  expect(() => native.ops['reshape']!(zeros([1]).external('test'), 'x')).toThrow(ClebschError);
  expect(() => native.fromData([1] as unknown as Float32Array, [1], 0, cpu)).toThrow(ClebschError);
  expect(() => native.setThreads(0)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
  expect(() => native.setIsa('mmx')).toThrow(ClebschError);
});

test('info says what there is', () => {
  const { cpu: host, cuda, version, platform } = info();
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(platform).toBe(`${process.platform}-${process.arch}`);
  expect(host.isas).toContain(host.isa);
  expect(host.threads).toBeGreaterThan(0);
  if (!cuda.available) expect(cuda.reason.length).toBeGreaterThan(10);
});
