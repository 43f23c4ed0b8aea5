import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { World } from './harness/world.js';

describe('an upgrade', () => {
  let world: World;

  beforeEach(async () => {
    world = await World.start({
      fleet: {
        environments: [
          {
            name: 'production',
            stacks: [
              {
                name: 'shop',
                services: [
                  { name: 'web', image: 'acme/web:2.0.4', labels: { 'autoupdate.enable': 'true' } },
                  { name: 'api', image: 'acme/api:1.0.0', labels: { 'autoupdate.enable': 'true' } },
                  { name: 'silent', image: 'acme/web:2.0.4' },
                ],
              },
            ],
          },
        ],
        keys: [{ access: 'admin', secret: 'admin-secret', kind: 'admin' }],
      },
    });
  });

  afterEach(() => world.close());

  it('puts a newer image into the services that run an older one and have opted in', async () => {
    const { status, rollouts, skipped } = await world.upgrade({ docker_image: 'docker:acme/web:2.1.0' });

    expect(status).toBe('succeeded');
    expect(rollouts).toMatchObject([
      { service: { name: 'web' }, from: 'acme/web:2.0.4', to: 'acme/web:2.1.0', status: 'finished' },
    ]);
    expect(skipped).toMatchObject([{ service: { name: 'silent' }, reason: { code: 'label.off' } }]);
    expect(world.rancher.journal.changes.map(({ name, to }) => `${name} ${to}`)).toEqual([
      'web upgrading',
      'web upgraded',
      'web finishing-upgrade',
      'web active',
    ]);
  });
});
