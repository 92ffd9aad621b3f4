const table = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 of ISO 3309 of the parts, joined; zlib.crc32 is not in every Node that we support. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let crc = -1;
  for (const part of parts) {
    // Four times as fast as for-of
    for (let i = 0; i < part.length; i++) crc = table[(crc ^ part[i]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
