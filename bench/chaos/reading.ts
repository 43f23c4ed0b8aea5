import type { UpgradeRecord } from './judging/notice-evidence.js';

/** Of an upgrade, what is looked at here; as `GET /upgrades/:id` tells it. */
interface UpgradeView {
  readonly id: string;
  readonly image: string;
  readonly status: string;
  readonly rollouts: readonly {
    readonly id: string;
    readonly status: string;
    readonly finished_at: string | null;
  }[];
}

/** Of an event, what is looked at here. */
interface EventData {
  readonly rollout: string | null;
  readonly status: string;
}

const WAITING = /^updater_outbox_notices\{channel="[^"]*"\} (\d+)$/gm;

/** An upgrade, read from what the service answers of it; without its history. */
export function recordIn(json: string): UpgradeRecord {
  const { id, image, status, rollouts } = JSON.parse(json) as UpgradeView;
  const all = rollouts.map((one) => ({ id: one.id, status: one.status, finishedAt: one.finished_at }));
  return { id, image, status, rollouts: all, history: [], steps: [] };
}

/** How many notices wait to be delivered, read from the service's metrics; null: they do not say so of each channel. */
export function undeliveredIn(metrics: string, channels: number): number | null {
  const counts = [...metrics.matchAll(WAITING)].map(([, count]) => Number(count));
  return counts.length === channels ? counts.reduce((sum, count) => sum + count, 0) : null;
}

/** What became of an upgrade and of its rollouts, read from its Server-Sent Events. */
export function eventsIn(text: string): Pick<UpgradeRecord, 'history' | 'steps'> {
  const all = text.split('\n\n').flatMap((event) => {
    const [, id, data] = /^id: (\d+)\nevent: \w+\ndata: (.*)$/m.exec(event) ?? [];
    return id === undefined || data === undefined
      ? []
      : [{ entry: Number(id), ...(JSON.parse(data) as EventData) }];
  });
  return {
    history: all.flatMap(({ entry, rollout, status }) => (rollout === null ? [{ entry, status }] : [])),
    steps: all.flatMap(({ entry, rollout, status }) =>
      rollout === null ? [] : [{ entry, rollout, status }],
    ),
  };
}
