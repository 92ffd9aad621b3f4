import { expected } from '../errors.js';

/** The index of the quote that ends the string which begins at `start`, or the length of the text. */
function stringEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end;
}

type Lists = 'plain' | 'any';

function parse(text: string, maxDepth: number, lists: Lists): unknown {
  const open: (Set<string> | 'list')[] = [];
  let last = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const inside = open.at(-1);
    if (c === '{' || c === '[') {
      if (open.length === maxDepth || (inside === 'list' && lists === 'plain')) throw new SyntaxError(`a value nested too deeply at ${i}`);
      open.push(c === '{' ? new Set() : 'list');
    } else if (c === '}' || c === ']') {
      open.pop();
    } else if (c === '"') {
      const end = stringEnd(text, i);
      last = text.slice(i, end + 1);
      i = end;
    } else if (c === ':' && inside instanceof Set) {
      const key = JSON.parse(last) as string;
      if (inside.has(key)) throw new SyntaxError(`the key '${key}' twice`);
      inside.add(key);
    }
  }
  return JSON.parse(text) as unknown;
}

/**
 * JSON.parse for files of strangers: objects and lists of at most `maxDepth` levels, in `plain` lists neither. Throws ERR_FORMAT that names
 * `argument`, also for anything deeper, which could cost gigabytes, and for a key that stands twice in one object, of which JSON.parse
 * keeps the last in silence, so that two readers could see two contents.
 */
export function parseStrictJson(op: string, argument: string, text: string, maxDepth: number, lists: Lists = 'plain'): unknown {
  try {
    return parse(text, maxDepth, lists);
  } catch (error) {
    throw expected(op, 'JSON', argument, (error as Error).message, 'ERR_FORMAT');
  }
}
