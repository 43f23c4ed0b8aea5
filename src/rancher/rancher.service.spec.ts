import { describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import { ORDER, aService, anInspection } from '../../test/fakes/services.js';
import type { Inspection, Named, Service, ServiceRef, Sighting } from '../domain/service.js';
import {
  type Check,
  type FleetStanding,
  type NamedService,
  RancherBackend,
  type RancherCall,
} from './rancher.backend.js';
import { RancherService } from './rancher.service.js';

/** Answers everything, and keeps what it was asked. */
class AskedBackend extends RancherBackend {
  readonly asked: string[] = [];
  override readonly calls$ = new Subject<RancherCall>();
  override readonly changed$ = new Subject<ServiceRef>();
  standing: FleetStanding = {
    environments: 2,
    unheard: ['a'],
    services: 30,
    namedAgo: 4,
    silentFor: 5,
    listedAgo: 6,
  };

  constructor(override readonly name: string) {
    super();
  }

  override async environments(): Promise<readonly Named[]> {
    return this.answer('environments', [{ id: '1', name: `of ${this.name}` }]);
  }

  override async candidates(): Promise<readonly Service[]> {
    return this.answer('candidates', []);
  }

  override async look(ref: ServiceRef): Promise<Service> {
    return this.answer('look', aService({ ref }));
  }

  override async inspect(): Promise<Inspection> {
    return this.answer('inspect', anInspection());
  }

  override async *observe(ref: ServiceRef): AsyncGenerator<Sighting> {
    yield await this.answer('observe', { seen: true, service: aService({ ref }) });
  }

  override async start(): Promise<string> {
    return this.answer('start', 'revision');
  }

  override async finish(): Promise<void> {
    return this.answer('finish', undefined);
  }

  override async rollBack(): Promise<void> {
    return this.answer('rollBack', undefined);
  }

  override referenceTo(environment: string, id: string): NamedService {
    if (!id.startsWith(this.name)) return { ok: false, problem: `must begin with ${this.name}` };
    return { ok: true, service: { backend: this.name, environment, id } };
  }

  override fleet(): FleetStanding {
    return this.standing;
  }

  override async check(): Promise<readonly Check[]> {
    return this.answer('check', [{ name: 'rancher', ok: true, message: this.name }]);
  }

  private async answer<T>(asked: string, answer: T): Promise<T> {
    this.asked.push(asked);
    return Promise.resolve(answer);
  }
}

function refOf(backend: string): ServiceRef {
  return { backend, environment: '1', id: '2' };
}

describe(RancherService, () => {
  it('has the environments and the checks of all backends', async () => {
    const rancher = new RancherService([new AskedBackend('a'), new AskedBackend('b')]);

    expect(await rancher.environments()).toEqual([
      { id: '1', name: 'of a', backend: 'a' },
      { id: '1', name: 'of b', backend: 'b' },
    ]);
    expect((await rancher.check()).map(({ message }) => message)).toEqual(['a', 'b']);
  });

  it('sends each call to the backend that the service or environment belongs to', async () => {
    const [a, b] = [new AskedBackend('a'), new AskedBackend('b')];
    const rancher = new RancherService([a, b]);
    const service = aService({ ref: refOf('b') });

    await rancher.candidates({ id: '1', name: 'e', backend: 'b' }, 'docker.io/acme/web');
    await rancher.look(service.ref);
    await rancher.inspect(service);
    for await (const sighting of rancher.observe(service.ref, AbortSignal.abort())) {
      expect(sighting.seen).toBe(true);
    }
    await rancher.start(service, ORDER);
    await rancher.finish(service.ref);
    await rancher.rollBack(service.ref);

    expect(a.asked).toEqual([]);
    expect(b.asked).toEqual(['candidates', 'look', 'inspect', 'observe', 'start', 'finish', 'rollBack']);
  });

  it('refers to a service of the backend whose ids these are, and of no other', () => {
    const rancher = new RancherService([new AskedBackend('a'), new AskedBackend('b')]);

    expect(rancher.referenceTo('1', 'b7')).toEqual({ backend: 'b', environment: '1', id: 'b7' });
    expect(() => rancher.referenceTo('1', 'c7')).toThrow('must begin with a; or must begin with b');
  });

  it('adds up what all backends know, and tells of the oldest of it', () => {
    const [a, b] = [new AskedBackend('a'), new AskedBackend('b')];
    b.standing = { environments: 1, unheard: ['b'], services: 3, namedAgo: 40, silentFor: 1, listedAgo: 60 };

    expect(new RancherService([a, b]).fleet()).toEqual({
      environments: 3,
      unheard: ['a', 'b'],
      services: 33,
      namedAgo: 40,
      silentFor: 5,
      listedAgo: 60,
    });
    expect(new RancherService([]).fleet()).toMatchObject({ environments: 0, listedAgo: 0 });
  });

  it('tells of the services of all backends that have changed', () => {
    const [a, b] = [new AskedBackend('a'), new AskedBackend('b')];
    const told: ServiceRef[] = [];
    new RancherService([a, b]).changed$.subscribe((one) => told.push(one));

    a.changed$.next(refOf('a'));
    b.changed$.next(refOf('b'));

    expect(told).toEqual([refOf('a'), refOf('b')]);
  });

  it('tells of the calls of all backends', () => {
    const [a, b] = [new AskedBackend('a'), new AskedBackend('b')];
    const call = { method: 'GET', route: '/projects', status: '2xx', seconds: 0.1 };
    const told: RancherCall[] = [];
    new RancherService([a, b]).calls$.subscribe((one) => told.push(one));

    a.calls$.next(call);
    b.calls$.next({ ...call, status: 'none' });

    expect(told.map(({ status }) => status)).toEqual(['2xx', 'none']);
  });

  it('knows no other backend', () => {
    const rancher = new RancherService([new AskedBackend('a')]);

    expect(() => rancher.look(refOf('z'))).toThrow('there is no backend named "z"');
  });
});
