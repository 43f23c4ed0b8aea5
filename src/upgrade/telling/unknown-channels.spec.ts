import { describe, expect, it } from '@jest/globals';
import { aPlan, aRollout, aSkipped } from '../../../test/fakes/records.js';
import { createLog } from '../../common/log.js';
import { UnknownChannels } from './unknown-channels.js';

function rig() {
  const logged: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
  const unknown = new UnknownChannels(createLog({ level: 'info', format: 'json', secrets: [], destination }));
  return { unknown, logged };
}

describe(UnknownChannels.name, () => {
  it('warns once of each name that is no channel, and names a service that has it', () => {
    const { unknown, logged } = rig();
    const planned = {
      rollouts: [
        aRollout({ notify: ['ops', 'opps'] }),
        aRollout({ name: 'api', notify: ['opps'] }),
        aRollout(),
      ],
      plans: [aPlan({ skipped: [aSkipped({ notify: ['gone'] }), aSkipped()] })],
    };

    unknown.look(planned, [{ name: 'ops' }]);
    unknown.look(planned, [{ name: 'ops' }]);

    expect(logged).toMatchObject([
      { level: 'warn', channel: 'opps', environment: 'production', service: 'shop/web' },
      { level: 'warn', channel: 'gone', environment: 'production', service: 'shop/worker' },
    ]);
  });

  it('is silent after a thousand', () => {
    const { unknown, logged } = rig();
    const notify = Array.from({ length: 1500 }, (_, index) => `channel-${index}`);

    unknown.look({ rollouts: [aRollout({ notify })] }, []);

    expect(logged).toHaveLength(1000);
  });
});
