import { describe, expect, it } from '@jest/globals';
import type { Json } from './cattle.wire.js';
import { RowSplitter } from './row-splitter.js';

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

function split(text: string, size: number): { readonly rows: readonly Json[]; readonly rest: string } {
  const rows: Json[] = [];
  const splitter = new RowSplitter((row) => rows.push(row));
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
      expect(JSON.parse(rest)).toEqual({ ...COLLECTION, data: [{}, {}, {}] });
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
    '<p>"[{</p>',
    '',
  ])('keeps all of what has no rows: %s', (text) => {
    expect(split(text, 3)).toEqual({ rows: [], rest: text });
  });

  it('hands out nothing that is no object, and shows that it was there', () => {
    expect(split('{"data":[[1],{"id":"1s1"}]}', 4)).toEqual({
      rows: [{ id: '1s1' }],
      rest: '{"data":[null,{}]}',
    });
  });

  it('hands out a row as soon as its end has come', () => {
    const rows: Json[] = [];
    const splitter = new RowSplitter((row) => rows.push(row));

    splitter.push(Buffer.from('{"data":[{"id":"1s1"'));
    const before = rows.length;
    splitter.push(Buffer.from('},{"id":"1s'));

    expect(before).toBe(0);
    expect(rows).toEqual([{ id: '1s1' }]);
  });

  it('throws on a row that is no JSON', () => {
    expect(() => split('{"data":[{"id":}]}', 4)).toThrow(SyntaxError);
  });

  it('leaves what is cut off to whoever reads the rest', () => {
    const whole = JSON.stringify(COLLECTION);
    for (let length = 1; length < Buffer.byteLength(whole); length += 1) {
      const { rest } = split(Buffer.from(whole).subarray(0, length).toString('latin1'), 16);
      expect(() => void JSON.parse(rest)).toThrow(SyntaxError);
    }
  });
});
