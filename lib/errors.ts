/** Code of a {@link ClebschError}: what kind of expectation failed. */
export type ErrorCode =
  'ERR_SHAPE' | 'ERR_DTYPE' | 'ERR_VALUE' | 'ERR_DEVICE' | 'ERR_DISPOSED' | 'ERR_MEMORY' | 'ERR_FORMAT' | 'ERR_IO' | 'ERR_ABORTED';

/** The one error class of the library. `op` names the call, the message reads `[op] expected WHAT for ARGUMENT, got WHAT`. */
export class ClebschError extends Error {
  readonly code: ErrorCode;
  readonly op: string;

  constructor(code: ErrorCode, op: string, message: string, options?: ErrorOptions) {
    super(message.startsWith('[') ? message : `[${op}] ${message}`, options);
    this.name = 'ClebschError';
    this.code = code;
    this.op = op;
  }
}

/**
 * The error `[op] expected WHAT for ARGUMENT, got GOT`, to be thrown by the caller. A string `got` is taken as a description,
 * any other value is written out (a list as `[2, 3]`).
 */
export function expected(op: string, what: string, argument: string, got: unknown, code: ErrorCode = 'ERR_VALUE'): ClebschError {
  return new ClebschError(code, op, `[${op}] expected ${what} for ${argument}, got ${describe(got)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return `a value of class ${value.constructor?.name ?? 'Object'}`;
  return String(value);
}
