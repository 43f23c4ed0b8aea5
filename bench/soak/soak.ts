import { type Actor, play, type Scene } from './actors/actor.js';
import { actsOf, type Cast, castFor } from './actors/cast.js';
import type { Evidence } from './judging/evidence.js';
import { Examiner } from './judging/examiner.js';
import { Calming } from './calming.js';
import type { Options } from './options.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A round is a storm, and then a time in which all that happens is told by events, though not at once and not once. */
const STORM_SHARE = 0.6;
const TOLD_SHARE = 0.25;
const ROUNDS = 6;
const LEAST_ROUND_MS = 12 * MINUTE_MS;

/** Sweeping up the garbage takes the service out of the world for seconds. */
const MEMORY_SAMPLES = 90;
const LEAST_MEMORY_MS = 3 * MINUTE_MS;

export interface Outcome {
  readonly evidence: Evidence;
  /** How often each of those who took part has done something. */
  readonly acts: Readonly<Record<string, number>>;
}

/** Lets hours pass in rounds, and collects what is to be judged. */
export class Soak {
  private readonly examiner: Examiner;
  private readonly cast: Cast;
  private readonly calming: Calming;

  constructor(
    private readonly scene: Scene,
    private readonly options: Options,
    private readonly say: (line: string) => void,
  ) {
    this.examiner = new Examiner(scene);
    this.cast = castFor(scene, options.services);
    const { people, governors } = this.cast;
    const restless = {
      mend: async () => {
        await governors.mend();
        await people.mend();
      },
      tidyUp: () => people.tidyUp(),
      isAtRest: () => scene.updater.isAtRest(),
      hasItsSockets: () => this.hasItsSockets(),
    };
    this.calming = new Calming(restless, scene.time, scene.signal, say);
  }

  async run(): Promise<Outcome> {
    const { scene, options, examiner } = this;
    await this.check();
    await examiner.census();
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, scene.signal]);
    const pauseMs = Math.max((options.hours * HOUR_MS) / MEMORY_SAMPLES, LEAST_MEMORY_MS);
    const rounds = this.rounds().finally(() => over.abort());
    await Promise.all([rounds, examiner.watchMemory(pauseMs, until)]);
    return this.end();
  }

  private async rounds(): Promise<void> {
    const { scene, options } = this;
    const { ci, people, builders, governors, revocation, restarts, sockets, lateSockets } = this.cast;
    const { roundMs } = this;
    do {
      const all = [ci, people, builders, governors, revocation, restarts, sockets];
      await this.round(all, roundMs * STORM_SHARE);
      await this.round([ci, people, builders, lateSockets], roundMs * TOLD_SHARE);
    } while (scene.time.passedMs + roundMs <= options.hours * HOUR_MS);
  }

  private get roundMs(): number {
    return Math.max((this.options.hours * HOUR_MS) / ROUNDS, LEAST_ROUND_MS);
  }

  private async round(actors: readonly Actor[], ms: number): Promise<void> {
    await play(actors, ms, this.scene);
    await this.check();
  }

  private async check(): Promise<void> {
    if (await this.calming.calm()) await this.examine();
  }

  private async hasItsSockets(): Promise<boolean> {
    const { rancher } = this.scene;
    return (await rancher.simulator.traffic()).sockets.open === (await rancher.selected()).length;
  }

  private async examine(): Promise<void> {
    const { hours, services, unlisted, differences } = await this.examiner.check();
    const found = differences.length === 0 ? 'all as they are' : `${differences.length} not as they are`;
    this.say(
      `${hours.toFixed(2)} h: ${services} services, ${found}; ${unlisted} changes since the last listing, ` +
        `${this.cast.ci.accepted.length} upgrades accepted`,
    );
  }

  /** The last push of each repository, and the last look at everything. */
  private async end(): Promise<Outcome> {
    const { scene, examiner, options } = this;
    const { rancher, updater } = scene;
    const images = await this.cast.ci.pushAll();
    await this.calming.calm();
    const leftOver = [];
    for (const image of images) leftOver.push(...(await this.stillToUpgrade(image)));
    if (options.isDeaf) await this.changeBehindItsBack();
    await this.examine();
    await examiner.census();
    const { changes } = await rancher.simulator.journal();
    const upgrades = [];
    for (const { id, image } of this.cast.ci.accepted) {
      upgrades.push({ id, image, status: (await updater.upgrade(id)).status });
    }
    const { checks, censuses, samples } = examiner;
    const { warnings } = updater;
    const { unrest } = this.calming;
    const rounds = Math.max(1, Math.floor((options.hours * HOUR_MS) / this.roundMs));
    return {
      evidence: { checks, censuses, samples, upgrades, changes, leftOver, warnings, unrest, rounds },
      acts: actsOf(this.cast),
    };
  }

  private async stillToUpgrade(image: string): Promise<readonly string[]> {
    const { rollouts } = await this.examiner.ask(image);
    return rollouts.map(({ environment, service }) => `${environment.name}/${service.name}`);
  }

  /** A service runs another image, and the events of that are lost. */
  private async changeBehindItsBack(): Promise<void> {
    const { rancher, maker, time, signal, random } = this.scene;
    const { id, image } = random.pick(await rancher.fleet());
    const fault = await rancher.break({ kind: 'socket-lose', share: 1 });
    const isDone = await rancher.setImage(id, maker.image(image.split(':')[0] ?? ''));
    if (!isDone) throw new Error(`${id} takes no other image`);
    await time.sleep(10_000, signal);
    await rancher.mend(fault);
  }
}
