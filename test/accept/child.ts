import { Report } from './report.js';
import { sections as spine } from './spine/sections.js';

/** One section, started by main.ts, which is sent the figures. */
async function main([issue, section, ...flags]: readonly string[]): Promise<void> {
  const load = { spine }[issue as 'spine'][section as keyof typeof spine];
  const { measure } = await load();
  await measure(new Report((figure) => process.send!(figure)), { quick: flags.includes('--quick') });
  process.disconnect();
}

void main(process.argv.slice(2));
