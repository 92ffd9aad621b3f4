import { info } from '../../lib/index.js';
import { clebsch } from './command.js';

test.each<[string, string[], RegExp]>([
  ['no command', [], /expected a command: demo, train, evaluate, predict, report, info, doctor/],
  ['an unknown command', ['learn'], /unknown command 'learn'/],
  ['a property of every object', ['constructor'], /unknown command/],
  ['an unknown option', ['info', '--nix'], /'--nix'/],
  ['a value for a flag', ['info', '--json=yes'], /--json/],
  ['an option without its value', ['demo', '--epochs'], /--epochs/],
  ['a value that is no number', ['demo', '--epochs', 'many'], /--epochs takes a whole number >= 1, not 'many'/],
  ['a number out of range', ['demo', '--threads', '0'], /--threads takes a whole number >= 1, not '0'/],
  ['a word that is not offered', ['demo', '--dtype', 'int32'], /--dtype takes float32 or float64, not 'int32'/],
  ['a device that is none', ['demo', '--device', 'tpu'], /--device takes cpu, cuda, cuda:N or auto, not 'tpu'/],
  ['a task that is none', ['train', 'mnist'], /train knows spherical-mnist, not 'mnist'/],
  ['no folder for a run', ['train', 'spherical-mnist', '--train', 'nr'], /train needs --out RUN/],
  ['no word about rotations', ['train', 'spherical-mnist', '--out', 'nowhere'], /train needs --train nr or --train r/],
  ['no number for a rate', ['train', 'spherical-mnist', '--lr', '1e'], /--lr takes a number 0..1000, not '1e'/],
  ['too few digits', ['train', 'spherical-mnist', '--limit', '11'], /--limit takes a whole number >= 12, not '11'/],
  ['no word about the test', ['evaluate', 'nowhere'], /evaluate needs --test nr or --test r/],
  ['images without labels', ['evaluate', 'nowhere', '--test', 'r', '--images', 'x'], /evaluate takes --images and --labels together/],
  ['a missing operand', ['predict'], /predict needs MODEL/],
  ['a missing run', ['report'], /report needs RUN\|MODEL/],
  ['a missing input', ['predict', 'model'], /predict needs --input X.npy/],
  ['an operand too many', ['info', 'all'], /info does not take 'all'/],
])('%s is one clear line and status 2', async (_, args, message) => {
  const { status, stdout, stderr } = await clebsch(args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^clebsch: [^\n]+\n$/);
  expect(stderr).toMatch(message);
});

test.each([
  [['--help'], /demo .*train .*evaluate .*predict .*report .*info .*doctor /s],
  [['demo', '--help'], /--out DIR.*--epochs N.*--limit N.*--threads N.*--seed N.*--quick.*--dtype.*--device.*--json/s],
  [['train', '-h'], /train spherical-mnist.*--data.*--out.*--train nr\|r.*--model.*--epochs.*--max-minutes.*--resume.*--quick.*--profile/s],
  [['evaluate', '-h'], /evaluate RUN\|MODEL.*--data DIR.*--test nr\|r.*--images FILE.*--labels FILE.*--seed.*--limit/s],
  [['predict', '-h'], /predict MODEL.*--input X\.npy.*--output Y\.npy.*--probabilities.*--json/s],
  [['report', '--help'], /report RUN\|MODEL.*--data DIR.*--out DIR.*--seed N.*--limit N.*--device.*--json/s],
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
  const { isa, isas } = info().cpu;
  if (process.env['CLEBSCH_ADDON'] === undefined) expect(isas).toContain('base'); // else a build of one's own choice
  expect(JSON.parse(stdout)).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: expect.any(String), threads: expect.any(Number), isa, isas },
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
