import { describe, expect, it } from '@jest/globals';
import { SettingsRegistry } from '../config/settings-registry.js';
import { NotifySettings } from './notify.settings.js';

const HOOK = 'https://hooks.slack.com/services/T0/B0/hook';
const ONE = JSON.stringify([{ name: 'ops', kind: 'teams', url: 'https://teams.acme.io/flow' }]);

function registry(variables: Readonly<Record<string, string>>): SettingsRegistry {
  return new SettingsRegistry(variables, [NotifySettings]);
}

describe(NotifySettings.name, () => {
  it('has no channel where nothing is set', () => {
    expect(registry({}).get(NotifySettings).channels).toEqual([]);
  });

  it("makes the channel slack of the predecessor's variables, besides the others", () => {
    const read = registry({
      AUTOUPDATE_SLACK_WEBHOOK_URL: HOOK,
      AUTOUPDATE_SLACK_BOT_NAME: 'Bob',
      AUTOUPDATE_CHANNELS: ONE,
    });

    read.check();

    expect(read.get(NotifySettings).channels).toMatchObject([
      { name: 'slack', kind: 'slack', url: HOOK, tone: 'info', own: { bot_name: 'Bob' } },
      { name: 'ops', kind: 'teams' },
    ]);
  });

  it('says that two channels are called slack', () => {
    const channels = JSON.stringify([{ name: 'slack', kind: 'slack', url: HOOK }]);

    expect(() =>
      registry({ AUTOUPDATE_SLACK_WEBHOOK_URL: HOOK, AUTOUPDATE_CHANNELS: channels }).check(),
    ).toThrow('AUTOUPDATE_CHANNELS has a channel slack, and AUTOUPDATE_SLACK_WEBHOOK_URL makes another');
    expect(() => registry({ AUTOUPDATE_CHANNELS: channels }).check()).not.toThrow();
  });

  it('names the channel and the field of each problem', () => {
    expect(() =>
      registry({ AUTOUPDATE_CHANNELS: '[{"name":"ops","kind":"teams","url":"x"}]' }).check(),
    ).toThrow('AUTOUPDATE_CHANNELS channel 1 (ops): url must be an address');
  });

  it('knows for secrets the whole, and each URL by itself', () => {
    const variables = { AUTOUPDATE_CHANNELS: ONE, AUTOUPDATE_SLACK_WEBHOOK_URL: HOOK };

    expect(registry(variables).secrets()).toEqual([ONE, HOOK, 'https://teams.acme.io/flow']);
  });
});
