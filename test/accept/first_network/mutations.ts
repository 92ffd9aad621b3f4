import { mutations } from '../../files/mutations.js';
import { type Report, progress } from '../report.js';
import { temporaryFolder } from './folders.js';

const count = 1000;

/** Damaged files of each kind: an error without a code, or a result that contradicts itself, is a fault. */
export async function measure(report: Report): Promise<void> {
  const megabytes = (): number => process.resourceUsage().maxRSS / 1000;
  for (const [kind, make] of Object.entries(mutations)) {
    const name = `mutations.${kind.replace(/\W+/g, '-')}`;
    const mutate = await make(temporaryFolder());
    const before = megabytes();
    const refused = await mutate(count).catch((error: Error) => progress(`${kind}: ${error.message}: ${String(error.cause)}`));
    report.equal(`${name}.faults`, refused === undefined ? 'some' : 'none', 'none');
    if (refused !== undefined) report.note(`${name}.refused`, refused);
    report.atMost(`${name}.added-megabytes`, megabytes() - before, 200);
  }
}
