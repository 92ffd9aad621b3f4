import type { Info } from '../../native.js';
import { info } from '../../machine.js';
import { flag } from '../arguments.js';
import { defineCommand, exit, print } from '../command.js';
import { alignedColumns } from '../text.js';

function describe({ version, platform, cpu, cuda }: Info): string {
  const gpus = cuda.devices.map(({ index, name, computeCapability, totalBytes }) => {
    return [`cuda:${index}`, `${name}, compute capability ${computeCapability}, ${(totalBytes / 2 ** 30).toFixed(0)} GiB`] as const;
  });
  return alignedColumns([
    ['clebsch', `${version} on ${platform}`],
    ['cpu', `${cpu.model}, ${cpu.threads} threads, ${cpu.isa} (of ${cpu.isas.join(', ')})`],
    ['cuda', cuda.available ? `driver ${cuda.driver}, runtime ${cuda.runtime}` : `not used: ${cuda.reason}`],
    ...gpus,
  ]);
}

export const command = defineCommand({
  name: 'info',
  summary: 'Shows what this machine and this build offer.',
  operands: [],
  options: { json: flag('print one JSON object') },
  run({ json }) {
    const found = info();
    print(json ? JSON.stringify(found) : describe(found));
    return Promise.resolve(exit.done);
  },
});
