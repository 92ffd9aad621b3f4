import { issues } from './issues.js';
import { Report } from './report.js';

/** One section, started by main.ts, which is sent the figures. */
async function main([issue, section, ...flags]: readonly string[]): Promise<void> {
  const { measure } = await issues[issue!]![section!]!.load();
  await measure(new Report((figure) => process.send!(figure)), { quick: flags.includes('--quick') });
  process.disconnect();
}

void main(process.argv.slice(2));
