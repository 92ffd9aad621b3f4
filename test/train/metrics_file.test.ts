import { parseMetrics } from '../../lib/train/metrics.js';
import { thrownBy } from '../files/thrown.js';

const parse = (text: string) => parseMetrics(Buffer.from(text)).map((row) => Object.fromEntries(row));

describe('metrics.jsonl', () => {
  test('lines of numbers; other values are left out', () => {
    const text = '{"step": 1, "loss": 2.5}\n\r\n{"step": 2, "loss": null, "validationLoss": 1e0, "note": "a", "more": [1, {"deep": 2}]}\n';
    expect(parse(text)).toEqual([
      { step: 1, loss: 2.5 },
      { step: 2, validationLoss: 1 },
    ]);
    expect(parse('')).toEqual([]);
  });

  test.each(['{"step": 3, "lo', '{"step": 3', '\0\0\0', '{"step": 12}'])('an unfinished last line is left out: %j', (last) => {
    expect(parse(`{"step": 1}\n${last}`)).toEqual([{ step: 1 }]);
  });

  test.each([
    'garbage',
    '[1, 2]',
    '3',
    'null',
    '{"step": 1, "step": 2}',
    '\xff\xfe',
    '{"step": NaN}',
    '{"a": '.repeat(50),
    '['.repeat(1e5),
  ])('garbage before the end names its line: %.30j', (line) => {
    const error = thrownBy(() => parse(`{"step": 1}\n${line}\n{"step": 2}\n`));
    expect(error).toMatchObject({ code: 'ERR_FORMAT', message: expect.stringContaining('line 2 of metrics.jsonl') });
  });

  test('names of every object are plain names', () => {
    expect(parseMetrics(Buffer.from('{"__proto__": 1, "constructor": 2}\n'))[0]!.get('constructor')).toBe(2);
    expect(parseMetrics(Buffer.from('{"step": 1}\n'))[0]!.has('toString')).toBe(false);
  });
});
