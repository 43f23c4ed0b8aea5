import { getMaxListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { createLog } from '../common/log.js';
import { UpgradeSettings } from './upgrade.settings.js';
import { WorkInHand } from './work-in-hand.js';

describe(WorkInHand, () => {
  it('lets any number of works listen to its signal without a warning of Node', () => {
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });

    const inHand = new WorkInHand(new UpgradeSettings(), new HandClock(), log);

    expect(getMaxListeners(inHand.signal)).toBe(0);
  });
});
