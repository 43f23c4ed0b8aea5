import { describe, expect, it } from '@jest/globals';
import { recordIn, eventsIn, undeliveredIn } from './reading.js';

describe(recordIn, () => {
  it('has the statuses of the upgrade and of its rollouts', () => {
    const rollouts = [{ id: 'r', status: 'failed', finished_at: '2026-03-02T12:00:00.000Z', from: 'x' }];
    const json = JSON.stringify({ id: 'a', image: 'acme/web:1.1.0', status: 'failed', rollouts });

    expect(recordIn(json)).toEqual({
      id: 'a',
      image: 'acme/web:1.1.0',
      status: 'failed',
      rollouts: [{ id: 'r', status: 'failed', finishedAt: '2026-03-02T12:00:00.000Z' }],
      history: [],
      steps: [],
    });
  });
});

describe(eventsIn, () => {
  it('has the statuses of the upgrade and those of its rollouts, with their numbers', () => {
    const events = [
      'retry: 3000',
      'id: 7\nevent: upgrade\ndata: {"rollout":null,"status":"running","message":"x"}',
      'id: 8\nevent: rollout\ndata: {"rollout":"r","status":"failed"}',
      ':',
      'id: 9\nevent: upgrade\ndata: {"rollout":null,"status":"failed"}',
    ];

    expect(eventsIn(`${events.join('\n\n')}\n\n`)).toEqual({
      history: [
        { entry: 7, status: 'running' },
        { entry: 9, status: 'failed' },
      ],
      steps: [{ entry: 8, rollout: 'r', status: 'failed' }],
    });
  });
});

describe(undeliveredIn, () => {
  const metrics = [
    '# TYPE updater_outbox_notices gauge',
    'updater_outbox_notices{channel="desk"} 2',
    'updater_outbox_notices{channel="pager"} 1',
    'updater_outbox_age_seconds 3',
  ].join('\n');

  it('adds up what waits for each channel', () => {
    expect(undeliveredIn(metrics, 2)).toBe(3);
  });

  it('knows nothing where a channel is missing', () => {
    expect(undeliveredIn(metrics, 3)).toBeNull();
    expect(undeliveredIn('', 2)).toBeNull();
  });
});
