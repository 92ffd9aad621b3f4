import { ProgressBar, formatDuration } from '../../lib/progress.js';

class Terminal {
  written = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 120,
  ) {}
  write(text: string): void {
    this.written += text;
  }
}

describe('progress bar', () => {
  test('rate, time left and fields', () => {
    let time = 0;
    const bar = new ProgressBar(4000, { label: 'epoch 1', unit: 'images', stream: new Terminal(true), now: () => time });
    expect(bar.text()).toBe(`epoch 1 ${'─'.repeat(24)}    0 %`);
    time = 2000;
    bar.advance(2500, { loss: 0.123456, step: 12 });
    expect(bar.text()).toBe(`epoch 1 ${'━'.repeat(15)}${'─'.repeat(9)}   62 %  1,250 images/s  0:01 left  loss 0.1235  step 12`);
    time = 3000;
    bar.advance(9999);
    expect(bar.text()).toBe(`epoch 1 ${'━'.repeat(24)}  100 %  1,333 images/s  0:03  loss 0.1235  step 12`);
  });

  test('writes at most ten times a second, within the line', () => {
    let time = 0;
    const terminal = new Terminal(true, 40);
    const bar = new ProgressBar(1000, { stream: terminal, now: () => time });
    for (let i = 0; i < 1000; i++) {
      time += 1;
      bar.advance();
    }
    bar.finish();
    const lines = terminal.written.split('\r\x1b[K').slice(1);
    expect(lines.length).toBeLessThanOrEqual(12);
    for (const line of lines) expect(line.trimEnd().length).toBeLessThan(40);
    expect(terminal.written.endsWith('\n')).toBe(true);
  });

  test('goes on where it stood, and tells the rate since then', () => {
    let time = 0;
    const bar = new ProgressBar(4000, { unit: 'images', done: 2000, stream: new Terminal(true), now: () => time });
    time = 2000;
    bar.advance(1000);
    expect(bar.text()).toBe(`${'━'.repeat(18)}${'─'.repeat(6)}   75 %  500 images/s  0:02 left`);
  });

  test('the bar gives way to the fields on a narrow terminal', () => {
    const terminal = new Terminal(true, 60);
    const bar = new ProgressBar(100, { label: 'training', unit: 'images', stream: terminal, now: () => 1000 });
    bar.advance(50, { loss: 0.5, accuracy: '97 %', epoch: 3 });
    const line = terminal.written.split('\r\x1b[K')[1]!;
    expect(line).toMatch(/^training ━+─+ {3}50 % {2}loss 0\.5000 {2}accuracy 97 % {2}epoch 3$/);
    expect(line.length).toBe(59);
  });

  test('silent where there is no terminal', () => {
    const file = new Terminal(false);
    const bar = new ProgressBar(2, { stream: file });
    bar.advance();
    bar.finish();
    expect(file.written).toBe('');
  });

  test('durations', () => {
    expect([0, 59.6, 61, 3725].map(formatDuration)).toEqual(['0:00', '1:00', '1:01', '1:02:05']);
  });
});
