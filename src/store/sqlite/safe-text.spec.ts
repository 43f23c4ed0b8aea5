import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { anyText } from '../../../test/fakes/any-record.js';
import { fromSafeText, toSafeText } from './safe-text.js';

describe('safe text', () => {
  it.each([
    ['a b\n"é" 😀', 'a b\n"é" 😀'],
    ['a\0b', 'a\u00100000b'],
    ['\u0010', '\u00100010'],
    ['\ud83d', '\u0010d83d'],
    ['\ude00\ud83d', '\u0010de00\u0010d83d'],
  ])('spells %j as %j', (text, safe) => {
    expect(toSafeText(text)).toBe(safe);
  });

  it('gives every text back', () => {
    fc.assert(fc.property(anyText, (text) => expect(fromSafeText(toSafeText(text))).toBe(text)));
  });

  it('holds nothing that SQLite or UTF-8 would spoil', () => {
    fc.assert(fc.property(anyText, (text) => expect(toSafeText(text)).not.toMatch(/\0|\p{Surrogate}/u)));
  });

  it('leaves JSON as it is, for queries to look into', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = JSON.stringify({ text });

        expect(toSafeText(json)).toBe(json);
      }),
    );
  });
});
