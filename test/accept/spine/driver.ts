import '../cleanup.js';
import { type Observation, hasCudaLibrary, observeWithoutGpu } from '../../package/observe.js';
import type { Report } from '../report.js';

function judge(report: Report, name: string, { cuda, automatic, code, message }: Observation, reason: RegExp): void {
  report.matches(`${name}.info-reason`, cuda.reason, reason);
  report.equal(`${name}.device-cuda-error`, code, 'ERR_DEVICE');
  report.equal(`${name}.error-holds-reason`, message.includes(cuda.reason), true);
  report.equal(`${name}.device-auto`, automatic, 'cpu');
}

/** A machine without a driver is made by hiding every GPU. */
export function measure(report: Report): Promise<void> {
  const removed = observeWithoutGpu(false);
  judge(report, 'cuda-library-removed', removed, /libclebsch_cuda\.so/);
  if (!hasCudaLibrary) {
    report.skip('no-driver', 'the CUDA library was not built here (no nvcc: npm run cuda:setup)');
    return Promise.resolve();
  }
  const hidden = observeWithoutGpu(true);
  judge(report, 'no-driver', hidden, /driver|GPU/);
  report.equal('no-driver.reason-differs-from-removed', hidden.cuda.reason !== removed.cuda.reason, true);
  return Promise.resolve();
}
