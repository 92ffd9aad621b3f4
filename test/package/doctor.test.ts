import type { Check } from '../../lib/cli/doctor.js';

const examine = () => jest.requireActual<typeof import('../../lib/cli/doctor.js')>('../../lib/cli/doctor.js').doctor();
const find = (checks: readonly Check[], name: string): Check | undefined => checks.find((check) => check.name === name);

beforeEach(() => jest.resetModules());

test('finds nothing wrong here, with a detail on every check', async () => {
  const { ok, checks } = await examine();
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect(ok).toBe(true);
  expect(checks.every(({ detail, remedy }) => detail !== '' && remedy === '')).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['node', 'add-on', 'processor', 'gpu', 'arithmetic on cpu']));
});

test('an add-on that does not load is a fault with a remedy', async () => {
  jest.doMock('../../lib/index.js', () => {
    throw new Error('no binary for this machine');
  });
  const { ok, checks } = await examine();
  jest.dontMock('../../lib/index.js');
  expect(ok).toBe(false);
  expect(find(checks, 'add-on')).toMatchObject({
    ok: false,
    detail: 'no binary for this machine',
    remedy: expect.stringContaining('npm run setup'),
  });
});

test('a variable with a value that means nothing is a fault', async () => {
  process.env['CLEBSCH_PLAN_BYTES'] = 'much';
  const { checks } = await examine();
  delete process.env['CLEBSCH_PLAN_BYTES'];
  expect(find(checks, 'CLEBSCH_PLAN_BYTES')).toMatchObject({ ok: false, remedy: expect.stringContaining('unset') });
});
