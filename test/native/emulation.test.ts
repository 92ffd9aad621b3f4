import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DeviceOption, type Tensor, contiguous, matmul, max, sum, tensor, tidy, transpose } from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { bits } from '../support/close.js';

const orders = ['ascending', 'descending', 'random:1'];

/** native/emulation/check.cpp; the build leaves it beside the library. */
const program = join(dirname(process.env['CLEBSCH_EMULATED']!), 'clebsch_emulation_check');

interface Outcome {
  readonly error: string | null;
  /** Of 96 threads; null for NaN. */
  readonly out: readonly (number | null)[];
}

function outcomes(kernel: string): Outcome[] {
  const { stdout } = spawnSync(program, [kernel], { encoding: 'utf8', timeout: 30_000 });
  const byOrder = JSON.parse(stdout) as Record<string, Outcome>;
  expect(Object.keys(byOrder)).toEqual(orders);
  return Object.values(byOrder);
}

function testExecutionModel(): void {
  const threads = Array.from({ length: 96 }, (_, thread) => thread);
  const inWarp = (thread: number, lane: number): number => thread - (thread % 32) + lane;
  const lawful: Record<string, (thread: number) => number> = {
    with_barrier: (t) => (t + 1) % 96,
    shuffle: (t) => (t % 32 < 30 ? t + 2 : t) + 1e2 * (t % 32 < 3 ? t : t - 3) + 1e4 * (t ^ 1) + 1e6 * inWarp(t, 7),
    shuffle_half_warps: (t) => inWarp(t, t % 32 < 16 ? 3 : 20),
    shuffle_before_barrier: () => 3,
  };
  test.each(Object.entries(lawful))('%s: the same results in every order', (kernel, expected) => {
    const outcome = { error: null, out: threads.map(expected) };
    expect(outcomes(kernel)).toEqual([outcome, outcome, outcome]);
  });

  test.each(['missing_barrier', 'race_of_blocks'])('%s: every order gives other results', (kernel) => {
    const results = outcomes(kernel);
    expect(results.map(({ error }) => error)).toEqual([null, null, null]);
    expect(new Set(results.map(({ out }) => JSON.stringify(out))).size).toBe(3);
  });

  test('shared memory starts as NaN', () => {
    for (const { out } of outcomes('missing_barrier')) expect(out).toContain(null);
  });

  test.each([
    ['exit_before_barrier', 'deadlock'],
    ['uneven_barrier', 'deadlock'],
    ['shuffle_without_a_lane_of_the_mask', 'deadlock'],
    ['shuffle_outside_the_mask', 'deadlock'],
    ['shuffle_from_an_absent_lane', 'a lane that takes part'],
    ['too_much_shared_memory', 'at most 48 KiB'],
    ['too_many_threads', '1 to 1024 threads'],
    ['too_many_blocks', '65535 blocks'],
  ])('%s is an error', (kernel, text) => {
    for (const { error } of outcomes(kernel)) expect(error).toContain(text);
  });

  // There in a build with AddressSanitizer
  const kernels = JSON.parse(spawnSync(program, { encoding: 'utf8' }).stdout) as string[];
  const overruns = kernels.filter((kernel) => kernel.startsWith('overrun'));
  if (overruns.length > 0) {
    test.each(overruns)('AddressSanitizer stops %s', (kernel) => {
      const { status, stderr } = spawnSync(program, [kernel], { encoding: 'utf8' });
      expect(status).not.toBe(0);
      expect(stderr).toContain('heap-buffer-overflow');
    });
  }
}

if (existsSync(program)) describe('the emulated execution model', testExecutionModel);
else test.skip(`the emulated execution model: ${program} is not built (npm run build:native builds it)`, () => {});

describe('kernels with barriers on the emulated device', () => {
  /** Small integers: every order of summation is exact. */
  const numbers = (shape: number[], device: DeviceOption): Tensor => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 13) - 6);
    return tensor(values, shape, { device });
  };

  // Sizes by which the blocks loop over more than one output, tile or batch index
  const results: Record<string, (device: DeviceOption) => Tensor> = {
    'sum over rows': (device) => sum(numbers([8, 1500], device), [1]),
    'sum over columns': (device) => sum(numbers([100, 200], device), [0]),
    'max in two passes': (device) => max(numbers([20000], device)),
    'matmul with a split inner dimension': (device) => matmul(numbers([5, 20, 700], device), numbers([5, 700, 20], device)),
    'transposed copy': (device) => contiguous(transpose(numbers([4, 40, 50], device), [0, 2, 1])),
  };
  test.each(Object.entries(results))('%s: the same bits in every order, and as on the CPU', (_, compute) => {
    tidy(() => {
      const expected = bits(compute('cpu'));
      for (const order of orders) {
        native.configureEmulation('order', order);
        expect({ order, equal: bits(compute('emulated' as DeviceOption)).equals(expected) }).toEqual({ order, equal: true });
      }
    });
  });
});
