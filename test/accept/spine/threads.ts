import { setThreads, tidy } from '../../../lib/index.js';
import { floats, makeInputs } from '../../support/case.js';
import { cases } from '../../support/cases.js';
import { bits } from '../../support/close.js';
import { type Report, progress } from '../report.js';

/** Every entry of the case table in every dtype, with 1 and with 2 threads. */
export function measure(report: Report): Promise<void> {
  let compared = 0;
  const different = cases.filter((c) => {
    const [one, two] = [1, 2].map((threads) => {
      setThreads(threads);
      return tidy(() => (c.dtypes ?? floats).map((dtype) => bits(c.call(...makeInputs(c, dtype, 'cpu')))));
    });
    compared += one!.length;
    return one!.join() !== two!.join();
  });
  if (different.length > 0) progress(`other bits for 2 threads: ${different.map(({ name }) => name).join('; ')}`);
  report.note('threads.results-compared', compared);
  report.equal('threads.results-with-other-bits', different.length, 0);
  return Promise.resolve();
}
