/** Well-formed markup: elements are closed in order, but for what HTML leaves open; attributes are quoted, and & begins an entity. */
export function expectBalanced(markup: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/gi)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!rest!.endsWith('/') && !['meta', 'img', 'br'].includes(name!)) open.push(name!);
    expect(rest).toMatch(/^(\s+[\w:-]+="[^"<]*")*\s*\/?$/);
  }
  expect(open).toEqual([]);
  expect(markup.match(/&(?!(amp|lt|gt|quot|#39);).{0,9}/g)).toBeNull();
}
