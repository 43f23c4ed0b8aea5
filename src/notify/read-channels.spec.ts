import { describe, expect, it } from '@jest/globals';
import { isFoundIn } from '../common/name-patterns.js';
import { readChannels, secretsIn } from './read-channels.js';
import { NOTIFIERS } from './register.js';

const URL = 'https://hooks.acme.io/hush-hush-4711';
const SECRET = 'hush-hush-signing-secret';

function read(entries: unknown) {
  return readChannels(typeof entries === 'string' ? entries : JSON.stringify(entries), NOTIFIERS);
}

describe(readChannels.name, () => {
  it('reads channels of every kind, with what is usual where nothing is said', () => {
    const { channels, problems } = read([
      { name: 'ops', kind: 'slack', url: URL, tone: 'warning', environments: '^prod', bot_name: 'Updater' },
      { name: 'ci-2', kind: 'webhook', url: 'http://localhost:9/x', secret: SECRET },
      { name: 'boss', kind: 'teams', url: URL, tone: 'danger' },
    ]);

    expect(problems).toEqual([]);
    expect(channels).toMatchObject([
      { name: 'ops', kind: 'slack', url: URL, tone: 'warning', own: { bot_name: 'Updater' } },
      {
        name: 'ci-2',
        kind: 'webhook',
        tone: 'info',
        environments: [{ text: '.*' }],
        own: { secret: SECRET },
      },
      { name: 'boss', kind: 'teams', tone: 'danger', own: {} },
    ]);
  });

  it.each([
    ['^prod', ['production']],
    ['^prod, stag', ['production', 'staging']],
    ['["a{1,2}", "^test$"]', ['staging', 'test']],
    [
      ['^test$', '^prod'],
      ['production', 'test'],
    ],
  ])(
    'reads environments as AUTOUPDATE_ENVIRONMENT_NAMES is read, or as an array: %j',
    (environments, heard) => {
      const [channel] = read([{ name: 'a', kind: 'slack', url: URL, environments }]).channels;

      const names = ['production', 'staging', 'test'].filter((name) =>
        isFoundIn(name, channel?.environments ?? []),
      );

      expect(names).toEqual(heard);
    },
  );

  it('names every problem of every channel at once, and keeps those that have none', () => {
    const { channels, problems } = read([
      { name: 'Ops!', kind: 'pager', url: 'hush', tone: 'loud', environments: '(', tonee: 1, secret: 'x' },
      { name: 'ci', kind: 'webhook', url: URL },
      { name: 'good', kind: 'slack', url: URL },
      { name: 'ci', kind: 'webhook', url: URL, secret: 'short', chanel: '#x', 'a b': 1 },
      'text',
      { name: 'none', kind: 'slack', url: URL, bot_name: 7, environments: [1] },
    ]);

    expect(channels.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toEqual([
      'channel 1: name must be 1 to 40 of a-z, 0-9 and -, and not the word none',
      'channel 1: kind must be one of slack, webhook, teams',
      'channel 1: tonee is not known',
      'channel 1: url must be an address that begins with http:// or https://',
      'channel 1: tone must be one of info, warning, danger',
      'channel 1: environments must be regular expressions as AUTOUPDATE_ENVIRONMENT_NAMES has them',
      'channel 2 (ci): secret must be set: a text of 16 to 500 characters, with which what is posted is signed',
      'channel 4 (ci): chanel is not known',
      'channel 4 (ci): a field is not known',
      'channel 4 (ci): secret must be a text of 16 to 500 characters, with which what is posted is signed',
      'channel 5 must be a JSON object',
      'channel 6: name must be 1 to 40 of a-z, 0-9 and -, and not the word none',
      'channel 6: bot_name must be a text of 1 to 80 characters',
      'channel 6: environments must be regular expressions as AUTOUPDATE_ENVIRONMENT_NAMES has them',
      'has two channels of the name ci',
    ]);
  });

  it.each([
    ['{"name":"a"}', 'must be a JSON array of channels'],
    [`[{"url":"${URL}",}]`, expect.stringMatching(/^must be a JSON array of channels: it is no JSON/)],
    [URL, expect.stringMatching(/^must be a JSON array of channels: it is no JSON/)],
    ['', expect.stringMatching(/it is no JSON$/)],
  ])('takes no other text for it: %s', (json, problem) => {
    expect(readChannels(json, NOTIFIERS)).toEqual({ channels: [], problems: [problem] });
  });

  it('never repeats a value, whatever is wrong', () => {
    const texts = [
      `[{"name":"${URL}","kind":"${URL}","url":"hush-hush","tone":"hush","environments":"(hush","secret":"hush"}]`,
      `[{"kind":"webhook","url":"hush","secret":"hush","hush-hush ${SECRET}":1}]`,
      `[{"url":"${URL}"]`,
      `hush`,
    ];

    for (const text of texts) expect(read(text).problems.join('\n')).not.toMatch(/hush/);
    for (const text of texts) expect(read(text).problems).not.toEqual([]);
  });
});

describe(secretsIn.name, () => {
  it('finds each URL and each signing secret, also of channels that have problems', () => {
    const json = JSON.stringify([
      { name: 'ops', kind: 'slack', url: URL, bot_name: 'Updater' },
      { kind: 'pager', url: 'half', secret: SECRET },
      { url: 7 },
      'text',
    ]);

    expect(secretsIn(json, NOTIFIERS)).toEqual([URL, 'half', SECRET]);
  });

  it('finds none in what is no list', () => {
    expect(['{}', 'hush', ''].flatMap((json) => secretsIn(json, NOTIFIERS))).toEqual([]);
  });
});
