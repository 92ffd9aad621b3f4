import { flag } from '../arguments.js';
import { defineCommand, exit, print } from '../command.js';
import { type Check, doctor } from '../doctor.js';

function describe({ name, ok, detail, remedy }: Check): string {
  return `${ok ? 'ok   ' : 'FAULT'}  ${name}: ${detail}${remedy ? `\n       ${remedy}` : ''}`;
}

export const command = defineCommand({
  name: 'doctor',
  summary: 'Looks for faults of this machine and this installation; the exit status is 1 where it finds one.',
  operands: [],
  options: { json: flag('print one JSON object') },
  async run({ json }) {
    const report = await doctor();
    print(json ? JSON.stringify(report) : report.checks.map(describe).join('\n'));
    return report.ok ? exit.done : exit.failed;
  },
});
