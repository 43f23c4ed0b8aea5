import { describe, expect, it } from '@jest/globals';
import type { Json } from './cattle.wire.js';
import { PartTooLong } from './growing-bytes.js';
import { type ListLimits, NoCattleList, RowSplitter } from './row-splitter.js';

const COLLECTION = {
  type: 'collection',
  links: { self: 'http://h/v2-beta/services?data=[' },
  createTypes: { service: { data: [{ id: 'no row' }] } },
  data: [
    { id: '1s1', name: 'straße "a" \\', launchConfig: { labels: { a: '{[}]' }, ports: ['80:80', []] } },
    {},
    { id: '1s2', data: [{ id: 'in a row' }], empty: '' },
  ],
  filters: { name: null, steps: [{ id: 'no row either' }] },
  pagination: { next: 'http://h/ü?marker=m500' },
};

const LIMITS = { rowBytes: 1000, restBytes: 1000, rows: 100 };

interface Split {
  readonly rows: readonly Json[];
  readonly rest: string;
}

/** What becomes of a text that comes in chunks of `size` bytes. */
function split(text: string | Buffer, size: number, limits: Partial<ListLimits> = {}): Split {
  const rows: Json[] = [];
  const splitter = new RowSplitter({ ...LIMITS, ...limits }, (row) => rows.push(row));
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) splitter.push(bytes.subarray(from, from + size));
  return { rows, rest: splitter.rest };
}

describe(RowSplitter, () => {
  it.each([1, 2, 3, 7, 64, 10_000])(
    'hands out every row, and keeps the rest, of what comes in chunks of %i bytes',
    (size) => {
      const { rows, rest } = split(JSON.stringify(COLLECTION), size);

      expect(rows).toEqual(COLLECTION.data);
      expect(JSON.parse(rest)).toEqual({ ...COLLECTION, data: [{}] });
    },
  );

  it('reads JSON that is laid out for people', () => {
    const { rows, rest } = split(JSON.stringify(COLLECTION, null, 2), 5);

    expect(rows).toEqual(COLLECTION.data);
    expect(JSON.parse(rest)).toMatchObject({ pagination: COLLECTION.pagination });
  });

  it.each([
    '{"type":"thing","id":"1"}',
    '{"data":[]}',
    '{"data":["a",1]}',
    '[{"data":[{}]}]',
    '{"x\\"data":[{"id":"1s1"}]}',
    '{"data",[{"id":"1s1"}]}',
    '{"data":{"data":[{}]}}',
    '<p>"[{</p>',
    '',
  ])('keeps all of what has no rows: %s', (text) => {
    expect(split(text, 3)).toEqual({ rows: [], rest: text });
  });

  it('leaves what is no object where it was', () => {
    expect(split('{"data":[[1],{"id":"1s1"},2,{"id":"1s2"}]}', 4)).toEqual({
      rows: [{ id: '1s1' }, { id: '1s2' }],
      rest: '{"data":[[1],{},2,{}]}',
    });
  });

  it.each([
    ['is no JSON', '{"id":}'],
    ['only seems to be JSON', '{"id":"1s2"]'],
  ])('leaves what %s where it was, and parses no row after it', (_, row) => {
    expect(split(`{"data":[{"id":"1s1"},${row},{"id":"1s3"}]}`, 4)).toEqual({
      rows: [{ id: '1s1' }],
      rest: `{"data":[{},${row},]}`,
    });
  });

  it.each([
    ['{},{}\n\t, {}\r\n,{}', '{}'],
    ['{} {}', '{} {}'],
    ['{},,{}', '{},,{}'],
    ['{},{},', '{},'],
    ['{},null,{},{}', '{},null,{}'],
  ])('keeps one empty object for rows that follow each other, and what parts others: %s', (list, kept) => {
    expect(split(`{"data":[${list}]}`, 2).rest).toBe(`{"data":[${kept}]}`);
  });

  it.each([
    ['{"data":[{"id":"1s1"}],"data":[]}'],
    ['{"data":[],"links":{},"data" : [{"id":"1s1"}]}'],
    ['{"data":[{"id":"1s1"}],"d\\u0061ta":[{}]}'],
    ['{"\\u0064\\u0061\\u0074\\u0061":[{"id":"1s1"}]}'],
  ])('takes what names its rows twice, or in another way, for no list of Cattle: %s', (text) => {
    expect(() => split(text, 5)).toThrow(new NoCattleList('no list where one is due'));
  });

  it('reads no more rows than it may', () => {
    const rows = Array.from({ length: 4 }, () => ({}));

    expect(split(JSON.stringify({ data: rows.slice(1) }), 5, { rows: 3 }).rows).toHaveLength(3);
    expect(() => split(JSON.stringify({ data: rows }), 5, { rows: 3 })).toThrow(
      new NoCattleList('a list that does not end'),
    );
  });

  it('holds no chunk: what it has read of a row may be overwritten', () => {
    const rows: Json[] = [];
    const splitter = new RowSplitter(LIMITS, (row) => rows.push(row));
    const chunk = Buffer.alloc(1);

    for (const byte of Buffer.from('{"data":[{"id":"1s1"}]}')) {
      chunk[0] = byte;
      splitter.push(chunk);
    }

    expect(rows).toEqual([{ id: '1s1' }]);
  });

  it('leaves a byte order mark away', () => {
    expect(split('\uFEFF{"data":[{}]}', 2)).toEqual({ rows: [{}], rest: '{"data":[{}]}' });
  });

  it('hands out a row as soon as its end has come', () => {
    const rows: Json[] = [];
    const splitter = new RowSplitter(LIMITS, (row) => rows.push(row));

    splitter.push(Buffer.from('{"data":[{"id":"1s1"'));
    const before = rows.length;
    splitter.push(Buffer.from('},{"id":"1s'));

    expect(before).toBe(0);
    expect(rows).toEqual([{ id: '1s1' }]);
  });

  it('leaves what is cut off to whoever reads the rest', () => {
    const whole = Buffer.from(JSON.stringify(COLLECTION));
    for (let length = 1; length < whole.length; length += 1) {
      const { rest } = split(whole.subarray(0, length), 16);
      expect(() => void JSON.parse(rest)).toThrow(SyntaxError);
    }
  });

  it('reads lists of any length, but no row, and nothing besides them, that is too long', () => {
    const row = { id: 'x'.repeat(80) };
    const long = JSON.stringify({ data: Array.from({ length: 50 }, () => row) });
    const longRow = JSON.stringify({ data: [{ id: 'x'.repeat(2000) }] });
    const longRest = JSON.stringify({ data: [row], filters: 'x'.repeat(2000) });

    expect(split(long, 64).rows).toHaveLength(50);
    expect(() => split(longRow, 64)).toThrow(new PartTooLong(1000));
    expect(() => split(longRow, 10_000)).toThrow(PartTooLong);
    expect(() => split(longRest, 64)).toThrow(PartTooLong);
    expect(split(longRow, 64, { rowBytes: 3000 }).rows).toHaveLength(1);
    expect(split(longRest, 64, { restBytes: 3000 }).rows).toHaveLength(1);
  });

  it('throws what is thrown by whoever takes a row', () => {
    const splitter = new RowSplitter(LIMITS, () => {
      throw new TypeError('no such thing');
    });

    expect(() => splitter.push(Buffer.from('{"data":[{}]}'))).toThrow(new TypeError('no such thing'));
  });

  it.each([
    [
      'much else',
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [index, {}]))),
    ],
    ['an empty list', '{"links":[]}'],
    ['what is no list', '{"data":null}'],
  ])('finds the rows behind %s', (_, before) => {
    const text = `${before.slice(0, -1)},"data"${' '.repeat(200)}:\n\t\r[{"id":"1s1"}]}`;

    expect(split(text, 4096, { restBytes: text.length }).rows).toEqual([{ id: '1s1' }]);
  });
});
