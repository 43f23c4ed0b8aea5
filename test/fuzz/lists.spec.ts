import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RowSplitter } from '../../src/rancher/cattle/api/row-splitter.js';
import { runs } from './runs.js';
import { meant, pushed, REFUSED, split, told } from './splitting.js';
import { anyValue } from './texts.js';
import { TurnWatch } from './turns.js';

const MIB = 1024 * 1024;
const WIDE = { rowBytes: MIB, restBytes: MIB, rows: 100_000 };
const NARROW = { rowBytes: 24, restBytes: 48, rows: 4 };
const CHUNK_BYTES = 16_384;

const OPENING = '{"type":"collection","data":[';
const SIGNS = ['{', '}', '[', ']', '"', ',', ':', ' '];
const PIECES = [
  ...SIGNS,
  OPENING,
  '{"data":[',
  '"data"',
  '{}',
  '{"a":1}',
  '[]',
  '"\\"',
  '\\',
  'ü',
  '\uFEFF',
  '\u0000',
];
const ODD_VALUES = [
  '123456789012345678901234567890.5e-3',
  '1E400',
  '"\\ud800 \\u007b [{\\"\\\\"',
  `${'['.repeat(300)}${']'.repeat(300)}`,
  `${'{"data":['.repeat(100)}{}${']}'.repeat(100)}`,
];

interface Member {
  /** As it is written. */
  readonly name: string;
  readonly value: string;
}

/** A list may be anything: what it says is never read as anything else, and it holds nobody up. */
describe('a list of Rancher', () => {
  const often = runs(30);
  const blank = fc.stringMatching(/^[ \t\n\r]{0,3}$/);
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  const value = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(anyValue(), fc.nat(2)).map(([any, indent]) => JSON.stringify(any, null, indent)),
    },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_VALUES) },
  );
  const list = fc.tuple(fc.array(value, { maxLength: 6 }), blank).map(([rows, gap]) => {
    return `[${gap}${rows.join(`${gap},${gap}`)}${gap}]`;
  });
  const members = fc.array(
    fc.oneof(
      fc.record<Member>({ name: fc.constantFrom('"data"', '"data"', '"d\\u0061ta"'), value: list }),
      fc.record<Member>({ name: fc.constantFrom('"data"', '"x\\"data"', '"links"'), value }),
    ),
    { maxLength: 4 },
  );
  const written = fc.tuple(members, blank, fc.constantFrom('', '\uFEFF')).map(([all, gap, mark]) => {
    const inside = all.map((member) => `${member.name}${gap}:${gap}${member.value}`);
    return { members: all, bytes: Buffer.from(`${mark}${gap}{${inside.join(`,${gap}`)}}${gap}`) };
  });

  it('says in its rows and its rest what it says as a whole, in whatever chunks it comes', () => {
    fc.assert(
      fc.property(written, sizes, ({ members: all, bytes }, of) => {
        expect(told(split(bytes, of, WIDE))).toBe(isNoneOfCattle(all) ? REFUSED : meant(bytes));
      }),
      often,
    );
  });

  it('is JSON without its rows only if it is JSON as a whole', () => {
    const put = fc.constantFrom('', '', '\\', '1', ...SIGNS);
    const edit = fc.record({ at: fc.nat(400), cut: fc.nat(2), put });

    fc.assert(
      fc.property(written, edit, sizes, ({ bytes }, { at, cut, put: text }, of) => {
        const from = at % (bytes.length + 1);
        const edited = Buffer.concat([
          bytes.subarray(0, from),
          Buffer.from(text),
          bytes.subarray(from + cut),
        ]);
        expect([REFUSED, meant(edited)]).toContain(told(split(edited, of, WIDE)));
      }),
      often,
    );
  });

  it('can be any bytes, and comes to the same in any chunks', () => {
    const piece = fc.oneof(
      fc.constantFrom(...PIECES).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }).map((some) => Buffer.from(some)),
    );
    const any = fc.tuple(fc.constantFrom('', OPENING), fc.array(piece, { maxLength: 30 }));

    fc.assert(
      fc.property(any, sizes, ([opening, pieces], of) => {
        const bytes = Buffer.concat([Buffer.from(opening), ...pieces]);
        const result = split(bytes, of, NARROW);

        expect(result).toEqual(split(bytes, [bytes.length || 1], NARROW));
        expect(result.rows.length).toBeLessThanOrEqual(NARROW.rows);
      }),
      often,
    );
  });

  it.each([
    ['its rows many times', '{', '"data":[{}],'],
    ['many lists besides its rows', '{"data":[{}],', '"a":[],'],
    ['many short rows', OPENING, '{},'],
    ['many rows that are no JSON', OPENING, '{],'],
    ['many rows that are no objects', OPENING, '[],'],
    ['much blank between its rows', OPENING, `{}${' '.repeat(2000)},`],
    ['much blank before its lists', '{', `"a"${' '.repeat(2000)}:${' '.repeat(2000)}[],`],
    ['brackets only', OPENING, '['],
  ])('may have %s', async (_, opening, part) => {
    const body = Buffer.from(opening + part.repeat(MIB / 2 / part.length));

    async function read(): Promise<void> {
      const splitter = new RowSplitter(WIDE, () => undefined);
      for (let from = 0; from < body.length; from += CHUNK_BYTES) {
        if (pushed(splitter, body.subarray(from, from + CHUNK_BYTES)) !== undefined) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }

    await expect(new TurnWatch().during(read)).resolves.toBeUndefined();
  });
});

function isNoneOfCattle(members: readonly Member[]): boolean {
  const named = members.filter(({ name }) => JSON.parse(name) === 'data');
  const lists = named.filter(({ value }) => value.startsWith('['));
  return lists.length > 1 || lists.some(({ name }) => name !== '"data"');
}
