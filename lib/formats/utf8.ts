import { expected } from '../errors.js';

/** The text of UTF-8 bytes. Throws ERR_FORMAT that names `argument` for other bytes. */
export function decodeUtf8(op: string, argument: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw expected(op, 'UTF-8', argument, 'other bytes', 'ERR_FORMAT');
  }
}
