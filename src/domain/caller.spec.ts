import { describe, expect, it } from '@jest/globals';
import { type Caller, wordFor } from './caller.js';

describe(wordFor, () => {
  it.each<[string, Caller | null, string | null]>([
    ['the name', { name: 'alice', address: '10.0.0.7' }, 'alice'],
    ['the address where there is no name', { name: null, address: '10.0.0.7' }, '10.0.0.7'],
    ['nothing of nobody', null, null],
  ])('is %s', (_, caller, word) => {
    expect(wordFor(caller)).toBe(word);
  });
});
