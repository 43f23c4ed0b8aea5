import { describe, expect, it } from '@jest/globals';
import { format } from 'prettier';
import { fleetTable, judgementLines, pushTable } from './table.js';
import { courseOf, pairOf, pushOf } from './testing/figures.js';

/** The cells of the last row. */
function cells(table: string): readonly string[] {
  const row = table.split('\n').at(-1) ?? '';
  return row.split('|').map((cell) => cell.trim());
}

describe(pushTable, () => {
  it('shows the median and the worst of a pair', () => {
    const pushes = [1300, 1050, 1100].map((lastFinishMs) => pushOf({ lastFinishMs }));

    expect(cells(pushTable([courseOf({ pairs: [pairOf({ pushes })] })]))).toEqual(
      expect.arrayContaining(['1,000', '1.10 (1.30)', '4.0 (4.0)', '3.0 (3.0)', '2.0 (2.0)']),
    );
  });

  it('says how far it has come where a push was not done', () => {
    const pushes = [pushOf(), pushOf({ lastFinishMs: null, finished: 7 })];

    expect(cells(pushTable([courseOf({ pairs: [pairOf({ pushes })] })]))).toContain('7 of 10');
  });

  it('has a dash for what cannot be seen from outside', () => {
    const pushes = [pushOf({ delay: null })];

    expect(cells(pushTable([courseOf({ pairs: [pairOf({ pushes })] })]))).toContain('–');
  });
});

describe.each([pushTable, fleetTable])('%p', (table) => {
  it('can be put into a document as it is', async () => {
    const courses = [courseOf(), courseOf({ services: 50_000, pairs: [pairOf({ matching: 200 })] })];
    const printed = `${table(courses)}\n`;

    expect(await format(printed, { parser: 'markdown' })).toBe(printed);
  });
});

describe(judgementLines, () => {
  it('says what was reached, what was missed, and what never came to its end', () => {
    const lines = judgementLines([
      { name: 'a', value: 1.204, most: 1.2, isReached: false },
      { name: 'b', value: 1.1, most: 1.5, isReached: true },
      { name: 'c', value: null, most: 10_000, isReached: false },
    ]);

    expect(lines).toEqual([
      'MISSED   a: 1.204, at most 1.2',
      'reached  b: 1.1, at most 1.5',
      'MISSED   c: not done, at most 10,000',
    ]);
  });
});
