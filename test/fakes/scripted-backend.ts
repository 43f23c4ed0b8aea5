import type { Clock } from '../../src/common/clock.js';
import { UpdaterError, type ErrorCode } from '../../src/common/errors.js';
import { parseImageReference, repositoryOf } from '../../src/domain/image-reference.js';
import type { Inspection, Named, Phase, Service, ServiceRef, Sighting } from '../../src/domain/service.js';
import { RancherBackend, type Check, type StartOrder } from '../../src/rancher/rancher.backend.js';
import { reasonOf } from '../../src/rancher/reason-of.js';
import { NOON } from './records.js';
import { anInspection } from './services.js';

const PACE_MS = 2000;

type Question = 'environments' | 'candidates' | 'look' | 'inspect' | 'start' | 'finish';

/**
 * A Rancher in memory: what it has, what it fails with and what becomes of what it is asked is set by a test. An upgrade
 * is `upgraded` at once and finished at once, unless the test says otherwise.
 */
export class ScriptedBackend extends RancherBackend {
  override readonly name = 'cattle';
  /** What it was asked to change, when: "12 start 1s7 2.1.0", in seconds from `NOON`. */
  readonly acts: string[] = [];
  /** How a question fails, for all that it is about (`look`) or for one (`look 1s7`, `candidates 1a5`). */
  readonly failures = new Map<string, Error>();
  /** What a question waits for before it is answered; the same keys. */
  readonly gates = new Map<string, Promise<unknown>>();
  /** Actions that are carried out, though nobody hears of it. */
  readonly lostReplies = new Set<'start' | 'finish'>();
  readonly orders: StartOrder[] = [];
  inspection: Inspection = anInspection();
  afterStart: Phase = 'upgraded';
  afterFinish: Phase = 'idle';
  /** Services that were asked to start and are not finished: how many at most at one time. */
  most = 0;
  private readonly services = new Map<string, Service>();
  private readonly running = new Set<string>();
  private revisions = 0;

  constructor(
    private readonly clock: Clock,
    public known: readonly Named[] = [{ id: '1a5', name: 'production' }],
  ) {
    super();
  }

  /** Adds services, or replaces those of the same id. */
  put(...services: readonly Service[]): void {
    for (const service of services) this.services.set(service.ref.id, service);
  }

  /** Changes a service from outside, as somebody else would. */
  set(id: string, changes: Partial<Service>): void {
    this.put({ ...this.get(id), ...changes });
  }

  /** Lets every service that is upgrading become upgraded. */
  finishUpgrading(): void {
    for (const { ref, phase } of this.services.values()) {
      if (phase === 'upgrading') this.set(ref.id, { phase: 'upgraded', state: 'upgraded' });
    }
  }

  get(id: string): Service {
    const service = this.services.get(id);
    if (service) return service;
    throw new Error(`there is no service ${id}`);
  }

  override async environments(): Promise<readonly Named[]> {
    await this.answers('environments');
    return this.known;
  }

  override async candidates(environment: Named, repository: string): Promise<readonly Service[]> {
    await this.answers('candidates', environment.id);
    return [...this.services.values()].filter(
      (service) => service.ref.environment === environment.id && runs(service, repository),
    );
  }

  override async look({ id }: ServiceRef): Promise<Service> {
    await this.answers('look', id);
    return this.get(id);
  }

  override async inspect({ ref }: Service): Promise<Inspection> {
    await this.answers('inspect', ref.id);
    return this.inspection;
  }

  override async *observe(service: ServiceRef, signal: AbortSignal): AsyncGenerator<Sighting, void> {
    while (!signal.aborted) {
      const sighting = await this.sight(service);
      if (signal.aborted) return;
      yield sighting;
      await this.clock.sleep(PACE_MS, signal);
    }
  }

  override async start({ ref }: Service, order: StartOrder): Promise<string> {
    this.note(`start ${ref.id} ${order.image.split(':').at(-1)}`);
    this.orders.push(order);
    await this.answers('start', ref.id);
    this.revisions += 1;
    const revision = `ours-${this.revisions}`;
    this.set(ref.id, { phase: this.afterStart, state: this.afterStart, revision, image: order.image });
    this.running.add(ref.id);
    this.most = Math.max(this.most, this.running.size);
    if (this.lostReplies.has('start')) throw lost();
    return revision;
  }

  override async finish({ id }: ServiceRef): Promise<void> {
    this.note(`finish ${id}`);
    await this.answers('finish', id);
    this.set(id, { phase: this.afterFinish, state: this.afterFinish });
    this.running.delete(id);
    if (this.lostReplies.has('finish')) throw lost();
  }

  override check(): Promise<readonly Check[]> {
    return Promise.resolve([]);
  }

  private async sight(service: ServiceRef): Promise<Sighting> {
    try {
      return { seen: true, service: await this.look(service) };
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      return { seen: false, reason: reasonOf(error) };
    }
  }

  private async answers(question: Question, about = ''): Promise<void> {
    const key = `${question} ${about}`;
    await (this.gates.get(key) ?? this.gates.get(question));
    const fault = this.failures.get(key) ?? this.failures.get(question);
    if (fault) throw fault;
  }

  private note(act: string): void {
    this.acts.push(`${(this.clock.now().getTime() - NOON.getTime()) / 1000} ${act}`);
  }
}

/** A failure of a backend. */
export function failure(code: ErrorCode, message = 'as the test says'): UpdaterError {
  return new UpdaterError(code, message);
}

function lost(): UpdaterError {
  return failure('rancher.uncertain', 'no answer from Rancher; it may have been done all the same');
}

function runs(service: Service, repository: string): boolean {
  return [service.image, ...service.sidekicks.map(({ image }) => image)].some((image) => {
    const parsed = parseImageReference(image ?? '');
    return parsed.ok && repositoryOf(parsed.reference) === repository;
  });
}
