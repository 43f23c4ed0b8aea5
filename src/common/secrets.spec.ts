import { describe, expect, it } from '@jest/globals';
import { Secrets } from './secrets.js';

describe(Secrets, () => {
  const secrets = new Secrets(['pa"ss\\word', 'k€y/+1', 'k€y/+1-and-longer', 'abc']);

  it.each([
    ['as it is', 'the key k€y/+1 is refused', 'the key *** is refused'],
    ['more than once', 'k€y/+1, k€y/+1', '***, ***'],
    ['the longer of two that begin alike', 'k€y/+1-and-longer!', '***!'],
    ['escaped for JSON', JSON.stringify({ p: 'pa"ss\\word' }), '{"p":"***"}'],
    ['in a URL', `https://x/?key=${encodeURIComponent('k€y/+1')}&y`, 'https://x/?key=***&y'],
    ['as credentials', `Basic ${Buffer.from('k€y/+1:pa"ss\\word').toString('base64')}.`, 'Basic ***.'],
    [
      'as credentials in a URL',
      `https://x/${encodeURIComponent(Buffer.from('k€y/+1:pa"ss\\word').toString('base64'))}/y`,
      'https://x/***/y',
    ],
  ])('masks a secret %s', (_, text, masked) => {
    expect(secrets.masked(text)).toBe(masked);
  });

  it('takes no address for half of a pair: many of them would make too many pairs', () => {
    const two = new Secrets(['https://chat/hook', 'half']);
    const pair = Buffer.from('half:https://chat/hook').toString('base64');

    expect(two.masked(`${pair} half`)).toBe(`${pair} ***`);
  });

  it('leaves everything else as it is, also what is too short for a secret', () => {
    expect(secrets.masked('abc and k€y/+2')).toBe('abc and k€y/+2');
  });
});
