import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bare, type Refusal } from '../shared/service-history.js';
import { type Journal, type SeenService, SimulatorProcess } from '../shared/simulator.js';
import { Ci, type Promised } from './ci.js';
import type { Accepted, Evidence } from './judging/evidence.js';
import { Humans } from './humans.js';
import type { NoticeEvidence } from './judging/notice-evidence.js';
import { Receiver } from './notices/receiver.js';
import type { Options } from './options.js';
import { Random } from '../shared/random.js';
import { KEY } from '../shared/updater-variables.js';
import { scenarioOf } from './scenario.js';
import { type Cast, settle, storm } from './storm.js';
import { Trouble } from './trouble.js';
import { UpdaterProcess } from './updater.js';

export interface Scripts {
  readonly updater: string;
  readonly simulator: string;
}

/** Channels of the service; each is told of everything. */
const CHANNELS = ['desk', 'pager'] as const;

/** What is left of a run to judge it by. */
export interface Outcome {
  readonly evidence: Evidence;
  readonly notices: NoticeEvidence;
  readonly journal: Journal;
  /** In the simulator's time. */
  readonly kills: readonly number[];
  readonly humanActs: number;
  /** How often sockets and receivers were in trouble, and Rancher was started anew. */
  readonly troubles: Trouble['made'];
}

/** Lets everything happen at once in a folder of its own, waits until it has settled, and answers what is to be judged. */
export async function run(
  options: Options,
  scripts: Scripts,
  folder: string,
  say: (line: string) => void,
): Promise<Outcome> {
  const random = new Random(options.seed);
  const scenario = scenarioOf(options, random);
  const fleet = join(folder, 'fleet.json');
  await writeFile(fleet, JSON.stringify(scenario.fleet));
  const simulator = await SimulatorProcess.start({
    script: scripts.simulator,
    fleet,
    folder,
    args: ['--speed', String(options.speed)],
  });
  const receivers = CHANNELS.map((name) => new Receiver({ name, isRefusing: options.broken === 'notices' }));
  const began = Date.now();
  const log = createWriteStream(join(folder, 'updater.log'));
  const failed = new AbortController();
  const updater = new UpdaterProcess({
    script: scripts.updater,
    folder,
    rancher: simulator.url,
    receivers,
    isForgetful: options.broken === 'resume',
    heard: (line) => log.write(`${line}\n`),
    died: (error) => failed.abort(error),
  });
  try {
    await Promise.all(receivers.map((receiver) => receiver.start()));
    const services = await simulator.services();
    for (const fault of scenario.upgrades.flatMap(({ faults }) => faults)) await simulator.break(fault);
    const { signal } = failed;
    const ci = new Ci(updater, signal);
    const humans = new Humans(simulator, scenario.touched, random.for('humans'));
    const trouble = new Trouble(simulator, receivers, random.for('trouble'), options.speed);
    const cast: Cast = { options, random, scenario, updater, ci, humans, trouble, receivers, signal, say };
    const kills = await storm(cast);
    const { statuses, notices } = await settle(cast);
    const journal = await simulator.journal();
    const accepted = ci.promised.map((promised) => acceptedOf(promised, services, statuses));
    return {
      evidence: { us: KEY.access, changes: journal.changes, refusals: refusalsIn(journal), accepted },
      notices,
      journal,
      kills: kills.map((at) => began + (at - began) * options.speed),
      humanActs: humans.acts,
      troubles: trouble.made,
    };
  } finally {
    await updater.kill();
    await simulator.kill();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    log.end();
  }
}

function refusalsIn({ requests }: Journal): readonly Refusal[] {
  return requests.flatMap(({ at, path, query, key, faults }) => {
    const isRefused = key === KEY.access && query === 'action=upgrade' && faults.includes('conflict');
    const service = /\/services\/([^/]+)/.exec(path)?.[1];
    return isRefused && service ? [{ at, service }] : [];
  });
}

function acceptedOf(
  { id, upgrade }: Promised,
  all: readonly SeenService[],
  statuses: ReadonlyMap<string, string | null>,
): Accepted {
  const { image, repository, failsIn, onFailure } = upgrade;
  const services = all.filter((service) => bare(service.image).startsWith(`${repository}:`));
  const fails = services.filter(({ environment }) => failsIn.includes(environment));
  return {
    id,
    image,
    onFailure,
    services: services.map((service) => service.id),
    fails: fails.map((service) => service.id),
    status: statuses.get(id) ?? null,
  };
}
