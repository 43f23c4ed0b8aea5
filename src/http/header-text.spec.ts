import * as fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { readName } from './header-text.js';

/** As Node reads what came in UTF-8. */
function onTheWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

describe(readName.name, () => {
  it.each([
    ['alice', 'alice'],
    ['  alice@acme.io ', 'alice@acme.io'],
    ['Zoë Müller', 'Zoë Müller'],
    ['王', '王'],
    ['a\tb\u0007c\u202ed\u2028e', 'abcde'],
    ['x'.repeat(300), 'x'.repeat(200)],
    ['😀'.repeat(300), '😀'.repeat(200)],
    ['김\u3164', '김\u3164'],
    ['\u3164', null],
    ['\u115f \u1160\uffa0\u034f\ufe0f\u2800', null],
    [`${'\u3164'.repeat(200)}bob`, null],
    ['', null],
    [' \t ', null],
  ])('reads %j as %j', (sent, name) => {
    expect(readName(onTheWire(sent))).toBe(name);
  });

  it('takes what is not UTF-8 for Latin-1', () => {
    expect(readName('Zo\u00eb')).toBe('Zoë');
  });

  it('never answers more than 200 characters, nor one that is not seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = readName(onTheWire(text)) ?? '';

        expect(Array.from(name).length).toBeLessThanOrEqual(200);
        expect(name).not.toMatch(/\p{C}|\n/u);
      }),
    );
  });
});
