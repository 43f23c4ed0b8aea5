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
    ['山田\u3000太郎', '山田\u3000太郎'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['😀'.repeat(200), '😀'.repeat(200)],
    ['', ''],
    [' \t ', ''],
  ])('reads %j as %j', (sent, name) => {
    expect(readName(onTheWire(sent))).toBe(name);
  });

  it.each([
    'ad\u00admin',
    '\ufeffadmin',
    'admin\u3164',
    'admin\ufe0f',
    'admin\u00a0',
    'admin\u2800',
    '\u3000admin',
    'a\tb',
    'a\u0007b',
    'a\u202eb',
    'a\u2028b',
    '\u3164',
    'x'.repeat(201),
    '😀'.repeat(201),
  ])('does not make another name of %j', (sent) => {
    expect(readName(onTheWire(sent))).toBeNull();
  });

  it('takes no other encoding for UTF-8', () => {
    expect(readName('Zo\u00eb')).toBeNull();
  });

  it('never changes a name, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = readName(onTheWire(text));

        expect([null, text.replaceAll(/^[ \t]+|[ \t]+$/g, '')]).toContain(name);
        expect(Array.from(name ?? '').length).toBeLessThanOrEqual(200);
        expect(name ?? '').not.toMatch(/\p{C}|\n/u);
      }),
    );
  });
});
