import { clebsch } from './command.js';

test.each<[string, string[], RegExp]>([
  ['no command', [], /expected a command: demo, train, evaluate, predict, report, info, doctor/],
  ['an unknown command', ['train'], /unknown command 'train'/],
  ['a property of every object', ['constructor'], /unknown command/],
  ['an unknown option', ['info', '--nix'], /'--nix'/],
  ['a value for a flag', ['info', '--json=yes'], /--json/],
  ['an option without its value', ['demo', '--epochs'], /--epochs/],
  ['a value that is no number', ['demo', '--epochs', 'many'], /--epochs takes a whole number >= 1, not 'many'/],
  ['a number out of range', ['demo', '--threads', '0'], /--threads takes a whole number >= 1, not '0'/],
  ['a word that is not offered', ['demo', '--dtype', 'int32'], /--dtype takes float32 or float64, not 'int32'/],
  ['a device that is none', ['demo', '--device', 'tpu'], /--device takes cpu, cuda, cuda:N or auto, not 'tpu'/],
  ['a missing operand', ['predict'], /predict needs MODEL/],
  ['a missing input', ['predict', 'model'], /predict needs --input X.npy/],
  ['an operand too many', ['info', 'all'], /info does not take 'all'/],
])('%s is one clear line and status 2', async (_, args, message) => {
  const { status, stdout, stderr } = await clebsch(args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^clebsch: [^\n]+\n$/);
  expect(stderr).toMatch(message);
});

test.each([
  [['--help'], /demo .*predict .*info .*doctor /s],
  [['demo', '--help'], /--out DIR.*--epochs N.*--limit N.*--threads N.*--seed N.*--quick.*--dtype.*--device.*--json/s],
  [['predict', '-h'], /predict MODEL.*--input X\.npy.*--output Y\.npy.*--probabilities.*--json/s],
  [['info', '--help'], /--json/],
  [['doctor', '--help'], /--json/],
])('%j shows the options', async (args, text) => {
  const { status, stdout, stderr } = await clebsch(args);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(text);
});

test('info gives one JSON object, or text', async () => {
  const { status, stdout } = await clebsch(['info', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: expect.any(String), threads: expect.any(Number), isa: expect.any(String), isas: expect.arrayContaining(['base']) },
    cuda: { built: expect.any(Boolean), available: expect.any(Boolean), reason: expect.any(String), devices: expect.any(Array) },
  });
  expect((await clebsch(['info'])).stdout).toMatch(/clebsch +\d.*\n +cpu +.*\n +cuda +/);
});

test('doctor gives one JSON object, or text, and status 1 where it finds a fault', async () => {
  const { status, stdout } = await clebsch(['doctor', '--json']);
  const report = JSON.parse(stdout) as { ok: boolean; checks: object[] };
  expect(status).toBe(report.ok ? 0 : 1);
  const check = { name: expect.any(String), ok: expect.any(Boolean), detail: expect.any(String), remedy: expect.any(String) };
  expect(report.checks).toEqual(report.checks.map(() => check));
  const faulty = await clebsch(['doctor'], { env: { CLEBSCH_THREADS: 'many' } });
  expect(faulty.status).toBe(1);
  expect(faulty.stdout).toMatch(/FAULT +CLEBSCH_THREADS/);
});

test('where the add-on does not load, doctor still says so and other commands end with one line', async () => {
  const env = { CLEBSCH_ADDON: '/nowhere/clebsch.node' };
  const doctor = await clebsch(['doctor'], { env });
  expect([doctor.status, doctor.stdout]).toEqual([1, expect.stringMatching(/FAULT +add-on/)]);
  const info = await clebsch(['info'], { env });
  expect([info.status, info.stdout]).toEqual([1, '']);
  expect(info.stderr).toMatch(/^clebsch: \[load\] expected a native add-on/);
});
