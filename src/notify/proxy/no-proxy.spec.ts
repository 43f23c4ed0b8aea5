import { describe, expect, it } from '@jest/globals';
import { idleIn, isDirect } from './no-proxy.js';

describe(isDirect, () => {
  it.each([
    ['https://hooks.acme.io/a', 'acme.io'],
    ['https://acme.io/a', 'acme.io'],
    ['https://hooks.acme.io/a', '.acme.io'],
    ['https://hooks.acme.io/a', '*.acme.io'],
    ['https://HOOKS.acme.io./a', 'Hooks.ACME.io'],
    ['https://hooks.acme.io/a', 'other.example, hooks.acme.io'],
    ['https://hooks.acme.io/a', 'other.example hooks.acme.io'],
    ['https://hooks.acme.io/a', 'acme.io:443'],
    ['http://hooks.acme.io/a', 'acme.io:80'],
    ['http://hooks.acme.io:8080/a', 'acme.io:8080'],
    ['https://hooks.acme.io/a', '*'],
    ['https://10.1.2.3/a', '10.1.2.3'],
    ['https://10.1.2.3/a', '10.0.0.0/8'],
    ['https://10.1.2.3/a', '10.1.2.3:443'],
    ['https://[2001:db8::7]/a', '2001:DB8::7'],
    ['https://[2001:db8::7]/a', '[2001:db8::7]'],
    ['https://[2001:db8::7]/a', '[2001:db8::7]:443'],
    ['https://[2001:db8::7]/a', '2001:db8::/32'],
    ['http://localhost:9000/', ''],
    ['http://127.0.0.1:9000/', ''],
    ['http://[::1]:9000/', ''],
  ])('leaves the proxy out for %s where the list is "%s"', (url, list) => {
    expect(isDirect(new URL(url), list)).toBe(true);
  });

  it.each([
    ['https://hooks.acme.io/a', ''],
    ['https://hooks.acme.io/a', ' , '],
    ['https://hooks.acme.io/a', 'me.io'],
    ['https://hooks.acme.io/a', 'hooks.acme.io.evil.example'],
    ['https://notacme.io/a', '.acme.io'],
    ['https://hooks.acme.io/a', 'acme.io:80'],
    ['http://hooks.acme.io:8080/a', 'acme.io:80'],
    ['https://10.1.2.3/a', '10.1.2.4'],
    ['https://11.1.2.3/a', '10.0.0.0/8'],
    ['https://10.1.2.3/a', '10.0.0.0/99'],
    ['https://10.1.2.3/a', '10.0.0.0/x'],
    ['https://10.1.2.3/a', '10.0.0.0/'],
    ['https://10.1.2.3/a', '10.0.0.0/8/8'],
    ['https://10.1.2.3/a', '2.3'],
    ['https://[2001:db8::7]/a', '2001:db9::/32'],
    ['https://[2001:db8::7]/a', '10.0.0.0/8'],
    ['https://localhost.acme.io/', ''],
    ['https://hooks.acme.io/a', '.'],
    ['https://hooks.acme.io/a', '*.'],
  ])('goes through the proxy to %s where the list is "%s"', (url, list) => {
    expect(isDirect(new URL(url), list)).toBe(false);
  });
});

describe(idleIn, () => {
  it.each([
    '',
    ' , ',
    '*',
    'acme.io, .acme.io,*.acme.io hooks_1.Acme.IO.',
    'acme.io:443,10.1.2.3:443',
    '10.1.2.3,10.0.0.0/8,2001:DB8::7,[2001:db8::7]:443,2001:db8::/32',
    'localhost,svc.7up',
  ])('finds a use for all of "%s"', (list) => {
    expect(idleIn(list)).toEqual([]);
  });

  it.each([
    '!!',
    '.',
    '*.',
    'a..b',
    '*.*.acme.io',
    'http://acme.io',
    'acme.io:',
    'acme.io:0',
    'acme.io:65536',
    'acme.io/8',
    'b\u00fccher.example',
    '10.1.2',
    '10.0.0.256',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '2001:db8::/129',
  ])('finds no use for %s', (entry) => {
    expect(idleIn(`acme.io,${entry}`)).toEqual([entry]);
  });
});
