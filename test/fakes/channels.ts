import { readPatterns } from '../../src/common/name-patterns.js';
import type { Channel } from '../../src/notify/channel.js';

/** A channel of Slack's that is told of everything. */
export function aChannel(overrides: Partial<Channel> = {}): Channel {
  return {
    name: 'slack',
    kind: 'slack',
    url: 'https://hooks.slack.com/services/T0/B0/hook',
    tone: 'info',
    environments: patterns('.*'),
    own: {},
    ...overrides,
  };
}

/** As `AUTOUPDATE_ENVIRONMENT_NAMES` has them. */
export function patterns(text: string): Channel['environments'] {
  const read = readPatterns(text);
  if (read.ok) return read.patterns;
  throw new Error(read.problems.join());
}
