import { describe, expect, it } from '@jest/globals';
import { isTooShort, Secrets } from './secrets.js';

describe(Secrets, () => {
  const secrets = new Secrets(['pa"ss\\word', 'k€y/+1234', 'k€y/+1234-and-longer', 'abcdefg']);

  it.each([
    ['as it is', 'the key k€y/+1234 is refused', 'the key *** is refused'],
    ['more than once', 'k€y/+1234, k€y/+1234', '***, ***'],
    ['the longer of two that begin alike', 'k€y/+1234-and-longer!', '***!'],
    ['escaped for JSON', JSON.stringify({ p: 'pa"ss\\word' }), '{"p":"***"}'],
    ['in a URL', `https://x/?key=${encodeURIComponent('k€y/+1234')}&y`, 'https://x/?key=***&y'],
    ['as credentials', `Basic ${Buffer.from('k€y/+1234:pa"ss\\word').toString('base64')}.`, 'Basic ***.'],
    [
      'as credentials in a URL',
      `https://x/${encodeURIComponent(Buffer.from('k€y/+1234:pa"ss\\word').toString('base64'))}/y`,
      'https://x/***/y',
    ],
  ])('masks a secret %s', (_, text, masked) => {
    expect(secrets.masked(text)).toBe(masked);
  });

  it('takes no address for half of a pair: many of them would make too many pairs', () => {
    const two = new Secrets(['https://chat/hook', 'half-of-it']);
    const pair = Buffer.from('half-of-it:https://chat/hook').toString('base64');

    expect(two.masked(`${pair} half-of-it`)).toBe(`${pair} ***`);
  });

  it('leaves everything else as it is', () => {
    expect(secrets.masked('k€y/+1235')).toBe('k€y/+1235');
  });

  it.each([
    ['abcdefg', 'seven: abcdefg'],
    ['a b c d', 'escaped: a%20b%20c%20d'],
    ['admin', 'the administrator is admin'],
  ])('does not mask %j, which is too short, and says that there is such a one', (short, text) => {
    const one = new Secrets([short]);

    expect(one.masked(text)).toBe(text);
    expect(isTooShort(short)).toBe(true);
  });

  it('masks what has eight characters, and a pair of which one half is short', () => {
    const pair = Buffer.from('admin:abcdefgh').toString('base64');

    expect(new Secrets(['admin', 'abcdefgh']).masked(`admin:abcdefgh ${pair}`)).toBe('admin:*** ***');
    expect(['abcdefgh', ''].map(isTooShort)).toEqual([false, false]);
  });
});
