import { setTimeout as sleep } from 'node:timers/promises';
import type { Ci } from './ci.js';
import type { Humans } from './humans.js';
import { killAgainAndAgain } from './killing.js';
import type { NoticeEvidence } from './judging/notice-evidence.js';
import type { Receiver } from './notices/receiver.js';
import type { Options } from './options.js';
import type { Random } from '../shared/random.js';
import type { Scenario } from './scenario.js';
import type { Trouble } from './trouble.js';
import type { UpdaterProcess } from './updater.js';

const LOOK_MS = 300;

/** Kills between two lines that tell how far it is. */
const TOLD_KILLS = 5;

/** Everybody who takes part. */
export interface Cast {
  readonly options: Options;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly updater: UpdaterProcess;
  readonly ci: Ci;
  readonly humans: Humans;
  readonly trouble: Trouble;
  /** One for each channel. */
  readonly receivers: readonly Receiver[];
  /** Aborted where it cannot go on. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Upgrades, kills, faults and humans, all at once; answers when each kill was, in milliseconds since 1970. */
export async function storm(cast: Cast): Promise<readonly number[]> {
  const { options, random, updater, ci, humans, trouble, signal, say } = cast;
  const kills: number[] = [];
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  const killing = killAgainAndAgain(updater, options.kills, random.for('kills'), signal, (kill) => {
    kills.push(Date.now());
    if (kill % TOLD_KILLS === 0)
      say(`${kill} kills, ${ci.promised.length} upgrades accepted, ${humans.acts} acts of humans`);
  });
  const asking = askInTurn(cast, () => kills.length);
  const others = Promise.all([humans.act(until), trouble.make(until)]);
  try {
    await Promise.race([Promise.all([killing, asking]), others.then(() => asking)]);
  } finally {
    over.abort();
    await others;
  }
  await trouble.end();
  return kills;
}

/** One upgrade after the other, each when its time has come. */
async function askInTurn({ scenario, ci, signal }: Cast, kills: () => number): Promise<void> {
  for (const upgrade of scenario.upgrades) {
    while (kills() < upgrade.afterKills) await sleep(LOOK_MS, undefined, { signal });
    await ci.ask(upgrade);
    if (upgrade.isAskedTwice) await ci.ask(upgrade);
  }
}

/** What the service says when everything has settled. */
export interface Settled {
  readonly statuses: Awaited<ReturnType<Ci['statuses']>>;
  readonly notices: NoticeEvidence;
}

/**
 * Waits until all upgrades have settled and all notices are delivered, at most as long as the options say, and answers how
 * things stand then.
 */
export async function settle(cast: Cast): Promise<Settled> {
  const { options, ci, humans, receivers, say } = cast;
  const end = performance.now() + options.settle * 1000;
  say('no more kills, faults or humans; waiting until everything has settled');
  for (;;) {
    const isTidy = await humans.tidyUp();
    const statuses = await ci.statuses();
    const isStill = isTidy && ![...statuses.values()].includes('running');
    const isOver = performance.now() > end;
    // Read before the outbox is seen to be empty: then all that they tell of is delivered.
    const records = isStill || isOver ? await ci.records() : null;
    const undelivered = await ci.undelivered(receivers.length);
    if (isOver && records === null) throw new Error('the service does not say what became of its upgrades');
    if (records !== null && (isOver || undelivered === 0)) {
      const channels = receivers.map(({ told }) => told);
      return { statuses, notices: { records, channels, undelivered } };
    }
    await sleep(LOOK_MS);
  }
}
