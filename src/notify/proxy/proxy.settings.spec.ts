import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../config/settings-reader.js';
import type { Variables } from '../../config/variable.js';
import { ProxySettings } from './proxy.settings.js';

function read(variables: Variables) {
  const { settings, ...rest } = readSettings(ProxySettings, variables);
  if (!(settings instanceof ProxySettings)) throw new Error('no settings were read');
  return { settings, ...rest };
}

describe(ProxySettings, () => {
  it('knows no proxy where none is named', () => {
    const { settings, problems } = read({});

    expect(problems).toEqual([]);
    expect([settings.for('https:'), settings.for('http:')]).toEqual([null, null]);
  });

  it.each([
    ['HTTPS_PROXY', 'https:'],
    ['https_proxy', 'https:'],
    ['HTTP_PROXY', 'http:'],
    ['http_proxy', 'http:'],
  ])('takes %s for what is sent by %s alone, without a warning', (variable, protocol) => {
    const { settings, warnings } = read({ [variable]: 'http://proxy.acme.io:3128' });

    const found = Object.fromEntries(['https:', 'http:'].map((one) => [one, settings.for(one)?.origin]));
    expect(found[protocol]).toBe('http://proxy.acme.io:3128');
    expect(Object.values(found).filter(Boolean)).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it.each([
    [
      'proxy:3128',
      { origin: 'http://proxy:3128', protocol: 'http:', host: 'proxy', port: 3128, login: null },
    ],
    ['http://proxy', { origin: 'http://proxy', host: 'proxy', port: 80 }],
    ['https://proxy/', { origin: 'https://proxy', protocol: 'https:', port: 443 }],
    ['http://[::1]:3128', { origin: 'http://[::1]:3128', host: '::1', port: 3128 }],
    ['http://me:p%40ss@proxy', { origin: 'http://proxy', login: { user: 'me', password: 'p@ss' } }],
    ['me:100%@proxy:1', { origin: 'http://proxy:1', login: { user: 'me', password: '100%' } }],
  ])('reads %s', (text, proxy) => {
    expect(read({ HTTPS_PROXY: text }).settings.for('https:')).toMatchObject(proxy);
  });

  it.each(['socks5://proxy:1080', 'http://', 'http://a b', 'http://proxy/path', 'http://proxy?x=hush-hush'])(
    'refuses %s, and does not repeat it',
    (text) => {
      expect(read({ HTTPS_PROXY: text, HTTP_PROXY: 'proxy' }).problems).toEqual([
        { variable: 'HTTPS_PROXY', message: 'must be the address of a proxy such as http://proxy:3128' },
      ]);
    },
  );

  it('does not choose between two spellings that say different things', () => {
    const { problems } = read({ NO_PROXY: 'a', no_proxy: 'b' });

    expect(problems).toEqual([
      { variable: 'NO_PROXY', message: 'and no_proxy are both set: keep one of them' },
    ]);
  });

  it('knows the credentials as secrets in every form in which they go about', () => {
    const { secrets } = read({ HTTPS_PROXY: 'http://me:p%40ss-word@proxy:3128' });

    expect(secrets.map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        'http://me:p%40ss-word@proxy:3128',
        'p%40ss-word',
        'p@ss-word',
        Buffer.from('me:p@ss-word').toString('base64'),
      ]),
    );
  });

  it('has a token for a secret that stands where the user does', () => {
    const { secrets } = read({ HTTPS_PROXY: 'token-4711@proxy:3128' });

    expect(secrets).toContainEqual({ variable: 'HTTPS_PROXY', value: 'token-4711' });
  });

  it.each(['NO_PROXY', 'no_proxy'])(
    'warns of each entry of %s that does nothing, and goes on',
    (variable) => {
      const { problems, warnings } = read({ [variable]: 'acme.io,!!,10.0.0.0/33' });

      expect(problems).toEqual([]);
      expect(warnings).toEqual([
        'NO_PROXY has "!!", which is no host, IP address or network, so it does nothing here',
        'NO_PROXY has "10.0.0.0/33", which is no host, IP address or network, so it does nothing here',
      ]);
    },
  );
});
