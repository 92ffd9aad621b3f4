import { expectFormat } from '../formats/format_check.js';

/** Operation that errors of a model's description name. */
export const op = 'buildModule';

/** Passes, or throws ERR_FORMAT with the place of the value. */
export type Check = (value: unknown, path: string) => void;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const whole =
  (least: number, most: number): Check =>
  (value, path) => {
    const inside = Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
    expectFormat(op, inside, `a whole number in ${least}..${most}`, path, value);
  };

export const number =
  (least: number, most: number): Check =>
  (value, path) =>
    expectFormat(op, typeof value === 'number' && value >= least && value <= most, `a number in ${least}..${most}`, path, value);

export const flag: Check = (value, path) => expectFormat(op, typeof value === 'boolean', 'true or false', path, value);

export const text: Check = (value, path) => expectFormat(op, typeof value === 'string', 'a string', path, value);

export const choice =
  (values: readonly string[]): Check =>
  (value, path) =>
    expectFormat(op, values.includes(value as string), `one of ${values.join(', ')}`, path, value);

export const list =
  (entry: Check, least: number, most: number): Check =>
  (value, path) => {
    expectFormat(
      op,
      Array.isArray(value) && value.length >= least && value.length <= most,
      `a list of ${least} to ${most} entries`,
      path,
      value,
    );
    (value as unknown[]).forEach((item, i) => entry(item, `${path}.${i}`));
  };

export const optional =
  (check: Check): Check =>
  (value, path) => {
    if (value !== undefined) check(value, path);
  };

/** The first check where `first` holds, else the second. */
export const either =
  (first: (value: unknown) => boolean, yes: Check, no: Check): Check =>
  (value, path) =>
    (first(value) ? yes : no)(value, path);

/** An object with these entries and no others. */
export const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    expectFormat(op, isObject(value), 'an object', path, value);
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    expectFormat(op, unknown === undefined, `entries of ${Object.keys(fields).join(', ') || 'no name'}`, path, unknown);
    for (const [key, check] of Object.entries(fields)) check(Object.hasOwn(value, key) ? value[key] : undefined, `${path}.${key}`);
  };
