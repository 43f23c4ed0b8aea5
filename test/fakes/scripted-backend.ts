import { NEVER, Subject } from 'rxjs';
import type { Clock } from '../../src/common/clock.js';
import { UpdaterError, type ErrorCode } from '../../src/common/errors.js';
import { parseImageReference, repositoryOf } from '../../src/domain/image-reference.js';
import type {
  Container,
  Inspection,
  Named,
  Phase,
  Service,
  ServiceRef,
  Sighting,
} from '../../src/domain/service.js';
import {
  RancherBackend,
  type Check,
  type FleetStanding,
  type NamedService,
  type StartOrder,
} from '../../src/rancher/rancher.backend.js';
import { reasonOf } from '../../src/rancher/reason-of.js';
import { NOON } from './records.js';
import { aContainer, anInspection } from './services.js';

type Action = 'start' | 'finish' | 'rollBack';
type Question = 'environments' | 'candidates' | 'look' | 'inspect' | Action;

/**
 * A Rancher in memory: what it has, what it fails with and what becomes of what it is asked is set by a test. An upgrade
 * is `upgraded` at once, and finished or rolled back at once, unless the test says otherwise.
 */
export class ScriptedBackend extends RancherBackend {
  override readonly name = 'cattle';
  override readonly calls$ = NEVER;
  override readonly changed$ = new Subject<ServiceRef>();
  /** What it was asked to change, when: "12 start 1s7 2.1.0", in seconds from `NOON`. */
  readonly acts: string[] = [];
  /** Candidates as they were some seconds ago; null: they are as now. */
  candidatesAre: readonly Service[] | null = null;
  /** Milliseconds between two sights of a service. */
  paceMs = 2000;
  /** What is no id of a service, and why. */
  readonly badIds = new Map<string, string>();
  /** How a question fails, for all that it is about (`look`) or for one (`look 1s7`, `candidates 1a5`). */
  readonly failures = new Map<string, Error>();
  /** What a question waits for before it is answered; the same keys. */
  readonly gates = new Map<string, Promise<unknown>>();
  /** Actions that are carried out, though nobody hears of it. */
  readonly lostReplies = new Set<Action>();
  readonly orders: StartOrder[] = [];
  /** What an inspection tells of every service; without containers, those that `containersOf` says. */
  inspection: Inspection = anInspection();
  /** What an inspection tells of one service, whole, by its id. */
  readonly inspections = new Map<string, Inspection>();
  /** What a rollback brings back, by service; one that is not in it keeps what it has, as after a race. */
  readonly before = new Map<string, Pick<Service, 'revision' | 'image'>>();
  afterStart: Phase = 'upgraded';
  afterFinish: Phase = 'idle';
  afterRollback: Phase = 'idle';
  /** Services that were asked to start and are neither finished nor rolled back: how many at most at one time. */
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
    if (this.candidatesAre) return this.candidatesAre;
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
    const { containers } = this.inspection;
    const found = containers.length > 0 ? containers : this.containersOf(ref.id);
    return this.inspections.get(ref.id) ?? { ...this.inspection, containers: found };
  }

  override async *observe(service: ServiceRef, signal: AbortSignal): AsyncGenerator<Sighting, void> {
    while (!signal.aborted) {
      const sighting = await this.sight(service);
      if (signal.aborted) return;
      yield sighting;
      await this.clock.sleep(this.paceMs, signal);
    }
  }

  override async start({ ref }: Service, order: StartOrder): Promise<string> {
    this.note(`start ${ref.id} ${order.image.split(':').at(-1)}`);
    this.orders.push(order);
    await this.answers('start', ref.id);
    const { revision: old, image } = this.get(ref.id);
    this.before.set(ref.id, { revision: old, image });
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
    this.end(id);
    if (this.lostReplies.has('finish')) throw lost();
  }

  override async rollBack({ id }: ServiceRef): Promise<void> {
    this.note(`rollback ${id}`);
    await this.answers('rollBack', id);
    this.set(id, { ...this.before.get(id), phase: this.afterRollback, state: this.afterRollback });
    this.end(id);
    if (this.lostReplies.has('rollBack')) throw lost();
  }

  override referenceTo(environment: string, id: string): NamedService {
    const problem = this.badIds.get(id);
    if (problem !== undefined) return { ok: false, problem };
    return { ok: true, service: { backend: this.name, environment, id } };
  }

  override fleet(): FleetStanding {
    const environments = this.known.length;
    const services = this.services.size;
    return { environments, unheard: [], services, namedAgo: 0, silentFor: 0, listedAgo: 0 };
  }

  override check(): Promise<readonly Check[]> {
    return Promise.resolve([]);
  }

  /** One of the present revision that runs well, and the stopped one that it took the place of. */
  private containersOf(id: string): readonly Container[] {
    const container = (revision: string) => aContainer({ id: `${id}/${revision}`, revision });
    const present = container(this.get(id).revision);
    const old = this.before.get(id);
    if (!old) return [present];
    return [present, { ...container(old.revision), running: false, sound: false, state: 'stopped' }];
  }

  private end(id: string): void {
    this.before.delete(id);
    this.running.delete(id);
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
