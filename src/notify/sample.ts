import type { Notice } from '../domain/notice.js';
import type { Channel } from './channel.js';

/** What a channel gets when somebody tries it out. */
export function sampleOf({ name }: Channel, id: string, now: Date): Notice {
  return {
    id,
    at: now.toISOString(),
    kind: 'sample',
    upgradeId: null,
    image: null,
    status: null,
    caller: null,
    requestId: null,
    tone: 'info',
    summary: `A sample for the channel ${name}: nothing has happened, somebody tries out whether messages arrive`,
    lines: [],
    more: 0,
    digest: null,
  };
}
