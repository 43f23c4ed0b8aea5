import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../config/settings-reader.js';
import { CallerSettings } from './caller.settings.js';

const HEADER = 'AUTOUPDATE_IDENTITY_HEADER';
const PROXIES = 'AUTOUPDATE_TRUSTED_PROXIES';
const REQUIRE = 'AUTOUPDATE_REQUIRE_IDENTITY';

/** "VARIABLE message" for each problem. */
function problemsOf(variables: Record<string, string>): readonly string[] {
  return readSettings(CallerSettings, variables).problems.map(
    ({ variable, message }) => `${variable} ${message}`,
  );
}

describe(CallerSettings.name, () => {
  it.each([
    {},
    { [PROXIES]: '10.0.0.1' },
    { [HEADER]: 'X-Forwarded-User', [PROXIES]: '10.0.0.1' },
    { [HEADER]: 'X-Forwarded-User', [PROXIES]: '10.0.0.1', [REQUIRE]: 'true' },
    { [PROXIES]: '10.0.0.0/8, 192.168.1.1,fd00::/8 ,::1,::ffff:10.0.0.1,::ffff:10.0.0.0/104,' },
    { [REQUIRE]: 'false' },
  ])('takes %j', (variables) => {
    expect(problemsOf(variables)).toEqual([]);
  });

  it('wants to know whose word counts', () => {
    expect(problemsOf({ [HEADER]: 'X-User' })).toEqual([
      expect.stringMatching(/^\w+HEADER needs \w+PROXIES/),
    ]);
  });

  it('cannot require a name that no header has', () => {
    expect(problemsOf({ [REQUIRE]: 'true', [PROXIES]: '::1' })).toEqual([
      expect.stringMatching(/^\w+IDENTITY needs \w+HEADER/),
    ]);
  });

  it.each([
    'Connection',
    'Transfer-Encoding',
    'TE',
    'Host',
    'Authorization',
    'Cookie',
    'X-Forwarded-For',
    'Sec-Fetch-Site',
    'X-Request-Id',
  ])('lets no header be the name that means something else or is secret: %s', (name) => {
    expect(problemsOf({ [HEADER]: name, [PROXIES]: '::1' })).toEqual([
      expect.stringContaining(`must not be ${name.toLowerCase()}`),
    ]);
  });

  it.each(['X User', 'X_User', 'X-User:', '1-User', 'Kö', 'x'.repeat(101)])('knows no header %j', (name) => {
    expect(problemsOf({ [HEADER]: name, [PROXIES]: '::1' })).toEqual([
      expect.stringContaining('must be the name of a header'),
    ]);
  });

  it.each(['::ffff:10.0.0.0/8', '::FFFF:10.0.0.0/32', '0:0:0:0:0:ffff:0a00:0/95', '::ffff:a00:0/0'])(
    'does not take %s, which would be everybody, for a range of IPv4',
    (entry) => {
      expect(problemsOf({ [PROXIES]: entry })).toEqual([
        expect.stringContaining(`and ${JSON.stringify(entry)} is none`),
      ]);
    },
  );

  it.each([
    '0.0.0.0/0',
    '10.0.0.0/0',
    '::/0',
    'fd00::/0',
    '::ffff:0.0.0.0/96',
    '::ffff:10.0.0.1/96',
    '::/1',
    '::/64',
    '::/80',
    '2000::/3',
  ])('trusts nobody by %s, which has all of IPv4 or of IPv6 in it', (entry) => {
    expect(problemsOf({ [PROXIES]: `10.0.0.1,${entry}` })).toEqual([
      expect.stringMatching(
        `^${PROXIES} must not be everybody, as ${JSON.stringify(entry)} is: name the gateways' own addresses`,
      ),
    ]);
  });

  it.each([
    '0.0.0.0/1,128.0.0.0/1',
    '128.0.0.0/1,10.0.0.1,0.0.0.0/1',
    '0.0.0.0/1,128.0.0.0/2,192.0.0.0/3',
    '0.0.0.0/1,0.0.0.0/8,64.0.0.0/2,::ffff:128.0.0.0/97',
    '2000::/4,3000::/4',
  ])('trusts nobody by %s, which leave out nobody together', (entries) => {
    expect(problemsOf({ [PROXIES]: entries })).toEqual([
      expect.stringMatching(`^${PROXIES} must not be everybody, as ".+" (is|are together): name`),
    ]);
  });

  it.each([
    '0.0.0.0/1,128.0.0.0/2',
    '0.0.0.0/1,129.0.0.0/8,192.0.0.0/3',
    '2000::/4,3800::/5',
    '128.0.0.0/1,2000::/4',
  ])('takes %s, which leave somebody out', (entries) => {
    expect(problemsOf({ [PROXIES]: entries })).toEqual([]);
  });

  it.each(['0.0.0.0/1', '8000::/1', '::/96', '::ffff:128.0.0.0/97'])(
    'takes %s, which is not all',
    (entry) => {
      expect(problemsOf({ [PROXIES]: entry })).toEqual([]);
    },
  );

  it('names at once all that is no machine, and all that is everybody', () => {
    const none = '0.0.0.0/1,128.0.0.0/1';

    expect(problemsOf({ [PROXIES]: `0.0.0.0/0,::/64,foo,${none},10.0.0.256` })).toEqual([
      expect.stringContaining('and "foo" is none'),
      expect.stringContaining('and "10.0.0.256" is none'),
      expect.stringContaining('everybody, as "0.0.0.0/0" is:'),
      expect.stringContaining('everybody, as "::/64" is:'),
      expect.stringContaining(`everybody, as "${none}" are together:`),
    ]);
  });

  it('says what is meant by a range of IPv4 that is written as IPv6', () => {
    expect(problemsOf({ [PROXIES]: '::ffff:10.0.0.0/8' })).toEqual([
      expect.stringMatching(/: write 10\.0\.0\.0\/8$/),
    ]);
  });

  it.each([
    '10.0.0.256',
    '10.0.0',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    'fd00::/129',
    'fe80::1%eth0',
    '[::1]',
    '127.0.0.1:8080',
    'gateway',
    '*',
  ])('knows no machine %j', (entry) => {
    expect(problemsOf({ [PROXIES]: `10.0.0.1,${entry}` })).toEqual([
      expect.stringContaining(`and ${JSON.stringify(entry)} is none`),
    ]);
  });
});
