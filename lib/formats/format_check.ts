import { expected } from '../errors.js';

/** A value of a file for an error message: short, and whatever its depth. */
function sketch(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'bigint' ? String(value) : writeJson(value);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a deeply nested value';
  }
}

/** Throws ERR_FORMAT unless `condition` holds: the readers of files check each property of a file with one line. */
export function expectFormat(op: string, condition: boolean, what: string, argument: string, got: unknown): asserts condition {
  if (!condition) throw expected(op, what, argument, sketch(got), 'ERR_FORMAT');
}
