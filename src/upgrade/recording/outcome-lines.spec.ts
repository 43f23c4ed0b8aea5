import { describe, expect, it } from '@jest/globals';
import { anUpgrade } from '../../../test/fakes/records.js';
import { createLog } from '../../common/log.js';
import type { TallyRow, UpgradeStatus } from '../../domain/upgrade.js';
import { sayOutcome } from './outcome-lines.js';

const ASKED = { status: 'rolled_back', reason: 'rollout.rollback_asked', count: 2 } as const;
const UNWELL = { status: 'rolled_back', reason: 'rollout.unhealthy', count: 1 } as const;
const FINISHED = { status: 'finished', reason: null, count: 1 } as const;
const CANCELLED = { status: 'cancelled', reason: 'rollout.cancel_asked', count: 1 } as const;

function levelOf(status: UpgradeStatus, tally: readonly TallyRow[], failures = 0): unknown {
  const lines: { level?: unknown }[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  const log = createLog({ level: 'debug', format: 'json', secrets: [], destination });
  const upgrade = anUpgrade({ status, failures });
  const said = {
    id: 1,
    at: upgrade.createdAt,
    upgradeId: 'u1',
    rolloutId: null,
    status,
    message: 'over',
    reason: null,
  };
  sayOutcome(log, { upgrade, journal: [said] }, tally);
  return lines[0]?.level;
}

describe(sayOutcome, () => {
  it.each<[string, UpgradeStatus, readonly TallyRow[], string]>([
    ['has succeeded', 'succeeded', [FINISHED], 'info'],
    ['was cancelled', 'cancelled', [CANCELLED], 'warn'],
    ['has failed', 'failed', [UNWELL], 'error'],
    ['has failed in part', 'partly_failed', [FINISHED, UNWELL], 'error'],
    ['was rolled back by somebody', 'failed', [ASKED], 'warn'],
    ['was rolled back by somebody in part', 'partly_failed', [FINISHED, ASKED], 'warn'],
    ['was cancelled in part', 'partly_failed', [FINISHED, CANCELLED], 'warn'],
    ['has failed before it was rolled back by somebody', 'failed', [ASKED, UNWELL], 'error'],
  ])('shows by its level whether somebody must look at an upgrade that %s', (_, status, tally, level) => {
    expect(levelOf(status, tally)).toBe(level);
  });

  it('counts environments that could not be read as something to look at', () => {
    expect(levelOf('failed', [ASKED], 1)).toBe('error');
  });
});
