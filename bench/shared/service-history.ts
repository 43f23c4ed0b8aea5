import type { Change } from './simulator.js';

/** A start that was refused, and when, in simulated milliseconds since 1970. */
export interface Refusal {
  readonly at: number;
  readonly service: string;
}

/** The name under which the simulator notes what the server does by itself. */
const SERVER = 'cattle';

/** Deeds of ours that are ours to do, by the state into which they bring a service. */
const DEEDS: Readonly<Record<string, Deed['what']>> = {
  upgrading: 'start',
  'finishing-upgrade': 'finish',
  'rolling-back': 'undo',
};

/** Something that somebody did to a service. */
export interface Deed {
  readonly what: 'start' | 'finish' | 'undo' | 'other';
  readonly by: 'us' | 'human';
  readonly image: string;
  /** Who started the upgrade that was under way or not yet finished just before; null: there was none. */
  readonly underWayBy: 'us' | 'human' | null;
  /**
   * A start of ours of the version that was running, after one that was refused: Rancher may have stored that one's version
   * for what was there before, and a rollback would bring it back.
   */
  readonly isRedeployed: boolean;
  readonly change: Change;
}

/** What became of one service. */
export interface ServiceHistory {
  readonly service: string;
  readonly deeds: readonly Deed[];
  readonly last: Change;
}

/** What histories are told from. */
export interface Story {
  /** Under which name the updater acts. */
  readonly us: string;
  /** In the order in which they happened. */
  readonly changes: readonly Change[];
  /** Starts of ours that Rancher refused, though it may have stored their version. */
  readonly refusals: readonly Refusal[];
}

/** An image without the scheme that Rancher keeps with it. */
export function bare(image: string | null): string {
  return (image ?? '').replace(/^docker:/, '');
}

/** What became of each service that changed at all. */
export function historiesOf({ changes, refusals, us }: Story): ReadonlyMap<string, ServiceHistory> {
  const byService = new Map<string, Change[]>();
  for (const change of changes) {
    const list = byService.get(change.service);
    if (list) list.push(change);
    else byService.set(change.service, [change]);
  }
  return new Map(
    [...byService].map(([service, list]) => {
      const refused = refusals.filter((refusal) => refusal.service === service);
      return [service, historyOf(service, list, refused, us)];
    }),
  );
}

function historyOf(
  service: string,
  changes: readonly Change[],
  refusals: readonly Refusal[],
  us: string,
): ServiceHistory {
  const deeds: Deed[] = [];
  let underWayBy: Deed['underWayBy'] = null;
  let last: Change | undefined;
  for (const change of changes) {
    const before = last;
    last = change;
    if (change.actor !== SERVER) {
      const by = change.actor === us ? 'us' : 'human';
      const what = DEEDS[change.to] ?? 'other';
      const image = bare(change.image);
      const isSame = what === 'start' && before?.to === 'active' && image === bare(before.image);
      const isRedeployed = isSame && refusals.some(({ at }) => at >= before.at && at <= change.at);
      deeds.push({ what, by, image, underWayBy, isRedeployed, change });
      if (what === 'start') underWayBy = by;
    }
    if (change.to === 'active') underWayBy = null;
  }
  if (last === undefined) throw new Error(`${service} has no changes`);
  return { service, deeds, last };
}

/** A start of ours to a version that we had started before, since a human last put in another one. */
export interface RepeatedStart {
  readonly image: string;
  /** A human has acted in between. Where a reply was lost, a human's rollback leaves no trace of our first start. */
  readonly isHumanBetween: boolean;
}

export function repeatedStarts({ deeds }: ServiceHistory): readonly RepeatedStart[] {
  const repeated: RepeatedStart[] = [];
  const startedAt = new Map<string, number>();
  let humanAt = -1;
  for (const [index, { what, by, image, isRedeployed }] of deeds.entries()) {
    if (by === 'human') {
      humanAt = index;
      if (what === 'start') startedAt.clear();
    } else if (what === 'start' && !isRedeployed) {
      const before = startedAt.get(image);
      if (before !== undefined) repeated.push({ image, isHumanBetween: humanAt > before });
      startedAt.set(image, index);
    }
  }
  return repeated;
}
