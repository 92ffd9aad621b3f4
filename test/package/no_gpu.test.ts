import { type Observation, hasCudaLibrary, observeWithoutGpu } from './observe.js';

function expectExplained({ cuda, automatic, code, message }: Observation, reason: RegExp): void {
  expect(cuda).toMatchObject({ available: false, devices: [], reason: expect.stringMatching(reason) });
  expect(automatic).toBe('cpu');
  expect(code).toBe('ERR_DEVICE');
  expect(message).toContain(cuda.reason);
}

test('without the CUDA library the processor is used, and the reason is told', () => {
  const observation = observeWithoutGpu(false);
  expectExplained(observation, /libclebsch_cuda\.so/);
  expect(observation.cuda.built).toBe(false);
});

const title = 'without a driver or a GPU the processor is used, and the reason is told';
if (hasCudaLibrary) {
  test(title, () => {
    const observation = observeWithoutGpu(true);
    expectExplained(observation, /driver|GPU/);
    expect(observation.cuda.built).toBe(true);
  });
} else test.skip(`${title}: there is no CUDA library without a CUDA compiler (npm run cuda:setup brings one)`, () => {});
