import { expectFormat } from '../../formats/format_check.js';
import { parseStrictJson } from '../../formats/strict_json.js';

const op = 'report';
const maxBytes = 2 ** 28;

/** One measurement; numbers by name, such as step, loss and accuracy, or validationLoss and validationAccuracy. */
export type Measurement = ReadonlyMap<string, number>;

function readLine(line: string, argument: string): Measurement {
  const row = parseStrictJson(op, argument, line, 4, 'any');
  expectFormat(op, typeof row === 'object' && row !== null && !Array.isArray(row), 'an object', argument, row);
  return new Map(Object.entries(row).filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

/**
 * The lines of a metrics.jsonl file, one JSON object each. What is no number, such as the null of a loss that was not finite, is left out, and so is
 * a last line without an end, which a process leaves that was killed while it wrote. Throws ERR_FORMAT with the number of any other broken line.
 */
export function parseMetrics(bytes: Uint8Array): Measurement[] {
  expectFormat(op, bytes.length <= maxBytes, `at most ${maxBytes} bytes`, 'metrics.jsonl', `${bytes.length} bytes`);
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
  return lines.slice(0, -1).flatMap((line, i) => (line.trim() === '' ? [] : [readLine(line, `line ${i + 1} of metrics.jsonl`)]));
}
