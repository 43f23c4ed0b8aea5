import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import {
  type Named,
  PHASES,
  type Service,
  type ServiceRef,
  type Sighting,
} from '../../src/domain/service.js';
import type { RancherBackend } from '../../src/rancher/rancher.backend.js';
import { BACKEND_KINDS } from '../../src/rancher/rancher.module.js';
import { CattleBackend } from '../../src/rancher/cattle/cattle.backend.js';
import { HandClock, idle } from '../fakes/hand-clock.js';
import { failureOf } from '../harness/failure-of.js';
import { RancherLeaf } from '../harness/rancher-leaf.js';
import { ORDER } from '../fakes/services.js';

/** A world with the environments `here` and `elsewhere`; `here` runs `web` and `other`, each with one container. */
interface Stage {
  readonly backend: RancherBackend;
  /** The clock of the backend. */
  readonly clock: HandClock;
  readonly web: ServiceRef;
  readonly other: ServiceRef;
  /** Lets the world do what it was asked for. */
  work(): void;
  /** Somebody else takes the service away. */
  remove(service: ServiceRef): void;
  /** The same, so long ago that nothing is known of it any more. */
  forget(service: ServiceRef): void;
  /** Nothing answers any more. */
  breakDown(): void;
  close(): Promise<void>;
}

const WEB = 'acme/web:1.0.0';
const OTHER = 'registry.example/acme/web:1.0.0';

/** How a world is made for each kind of the register. */
const STAGES: ReadonlyMap<Type<RancherBackend>, () => Promise<Stage>> = new Map([[CattleBackend, onCattle]]);

async function onCattle(): Promise<Stage> {
  const services = [
    { name: 'web', image: WEB },
    { name: 'other', image: OTHER },
  ];
  const environments = ['here', 'elsewhere'].map((name) => ({ name, stacks: [{ name: 'shop', services }] }));
  const clock = new HandClock();
  const leaf = await RancherLeaf.start({
    fleet: { environments, keys: [{ access: 'admin', secret: 'admin-secret', kind: 'admin' }] },
    key: 'admin',
    variables: { AUTOUPDATE_ENVIRONMENT_NAMES: '^here$' },
    clock,
  });
  return {
    backend: leaf.get(CattleBackend),
    clock,
    web: leaf.ref('here', 'shop', 'web'),
    other: leaf.ref('here', 'shop', 'other'),
    work: () => leaf.time.advance(60_000),
    remove: ({ id }) => leaf.cattle.as('somebody').remove(leaf.cattle.fleet.service(id)),
    forget: ({ id }) => leaf.cattle.fleet.purgeService(leaf.cattle.fleet.service(id)),
    breakDown: () => void leaf.cattle.faults.add({ kind: 'unauthorized' }),
    close: () => leaf.close(),
  };
}

const KINDS = BACKEND_KINDS.map(({ backend }) => [backend.name, backend] as const);

describe.each(KINDS)('the backend %s', (_, kind) => {
  let stage: Stage;
  let backend: RancherBackend;
  let here: Named;

  beforeEach(async () => {
    const make = STAGES.get(kind);
    if (!make) throw new Error(`there is no stage for ${kind.name}: add it to STAGES`);
    stage = await make();
    backend = stage.backend;
    const [first] = await backend.environments();
    if (!first) throw new Error('no environment is selected');
    here = first;
  });

  afterEach(() => stage.close());

  it('knows the environments that the settings select', async () => {
    expect(await backend.environments()).toEqual([{ id: here.id, name: 'here' }]);
  });

  it('finds what runs a repository, and nothing that only looks like it', async () => {
    const candidates = await backend.candidates(here, 'docker.io/acme/web');

    expect(candidates.map(({ ref }) => ref)).toEqual([stage.web]);
    expect(await backend.candidates(here, 'docker.io/acme/we')).toEqual([]);
    expect((await backend.candidates(here, 'registry.example/acme/web')).map(({ ref }) => ref)).toEqual([
      stage.other,
    ]);
  });

  it('finds by a look what it finds among candidates', async () => {
    const [candidate] = await backend.candidates(here, 'docker.io/acme/web');

    expect(await backend.look(stage.web)).toEqual(candidate);
  });

  it('describes a service in words that are not the vendor’s', async () => {
    const service: Service = await backend.look(stage.web);

    expect(service).toMatchObject({
      ref: { backend: backend.name, environment: here.id },
      environment: { id: here.id, name: 'here' },
      name: 'web',
      image: WEB,
      phase: 'idle',
      scale: 1,
      blocked: null,
    });
    expect(PHASES).toContain(service.phase);
    expect(service.link).toMatch(/^https?:\/\//);
    expect(service.revision).not.toBe('');
  });

  it('refers to a service by the ids under which it shows it, and takes no names for ids', async () => {
    const { ref, environment, name } = await backend.look(stage.web);

    expect(backend.referenceTo(ref.environment, ref.id)).toEqual({ ok: true, service: stage.web });
    for (const [where, what] of [
      [environment.name, ref.id],
      [ref.environment, name],
      ['', ''],
    ] as const) {
      expect(backend.referenceTo(where, what)).toEqual({ ok: false, problem: expect.stringMatching(/\w/) });
    }
  });

  it('starts an upgrade, and shows it under the revision that it answered', async () => {
    const before = await backend.look(stage.web);

    const revision = await backend.start(before, ORDER);

    expect(revision).not.toBe(before.revision);
    expect(revision).not.toBe('');
    expect(await backend.look(stage.web)).toMatchObject({ phase: 'upgrading', revision, image: ORDER.image });
    stage.work();
    expect(await backend.look(stage.web)).toMatchObject({ phase: 'upgraded', revision });
    expect(await backend.inspect(await backend.look(stage.web))).toMatchObject({ current: 1, outdated: 0 });
  });

  it('finishes an upgrade, and keeps its revision', async () => {
    const revision = await backend.start(await backend.look(stage.web), ORDER);
    stage.work();

    await backend.finish(stage.web);
    stage.work();

    expect(await backend.look(stage.web)).toMatchObject({ phase: 'idle', revision, image: ORDER.image });
  });

  it('shows the containers of an upgrade under their revisions, the old ones until it is finished', async () => {
    const before = await backend.look(stage.web);
    const revision = await backend.start(before, ORDER);
    stage.work();
    const upgraded = await backend.inspect(await backend.look(stage.web));
    await backend.finish(stage.web);
    stage.work();
    const finished = await backend.inspect(await backend.look(stage.web));

    const ours = upgraded.containers.filter((container) => container.revision === revision);
    expect(ours).toMatchObject([{ running: true, sound: true, starts: 1 }]);
    expect(upgraded.containers.filter((container) => !ours.includes(container))).toMatchObject([
      { revision: before.revision, running: false, sound: false },
    ]);
    expect(finished.containers).toEqual(ours);
  });

  it('rolls an upgrade back to the revision, the image and the containers from before', async () => {
    const before = await backend.look(stage.web);
    const { containers } = await backend.inspect(before);
    const revision = await backend.start(before, ORDER);
    stage.work();

    await backend.rollBack(stage.web);
    const meanwhile = await backend.look(stage.web);
    stage.work();

    expect(meanwhile).toMatchObject({ phase: 'rolling_back', revision: before.revision, image: WEB });
    const after = await backend.look(stage.web);
    expect(after).toEqual({ ...before, lastUpgrade: { revision, image: ORDER.image } });
    expect((await backend.inspect(after)).containers.map(({ id, sound }) => [id, sound])).toEqual(
      containers.map(({ id }) => [id, true]),
    );
  });

  it('rolls back an upgrade that is still under way', async () => {
    const before = await backend.look(stage.web);
    const revision = await backend.start(before, ORDER);

    await backend.rollBack(stage.web);
    stage.work();

    const lastUpgrade = { revision, image: ORDER.image };
    expect(await backend.look(stage.web)).toEqual({ ...before, lastUpgrade });
  });

  it('says of what it is too late or too early for that it is in conflict', async () => {
    const before = await backend.look(stage.web);

    expect((await failureOf(backend.finish(stage.web))).code).toBe('rancher.conflict');
    expect((await failureOf(backend.rollBack(stage.web))).code).toBe('rancher.conflict');
    await backend.start(before, ORDER);
    expect((await failureOf(backend.start(before, ORDER))).code).toBe('rancher.conflict');
    stage.work();
    await backend.finish(stage.web);
    expect((await failureOf(backend.rollBack(stage.web))).code).toBe('rancher.conflict');
  });

  it('starts no upgrade of a service that no look has answered', async () => {
    const [candidate] = await backend.candidates(here, 'docker.io/acme/web');
    const looked = await backend.look(stage.web);
    if (!candidate) throw new Error('there is no candidate');

    for (const service of [candidate, { ...looked, ref: { ...looked.ref } }]) {
      expect((await failureOf(backend.start(service, ORDER))).code).toBe('rancher.conflict');
    }
    expect(await backend.look(stage.web)).toEqual(looked);
  });

  it('touches no other service', async () => {
    const before = await backend.look(stage.other);

    await backend.start(await backend.look(stage.web), ORDER);
    stage.work();

    expect(await backend.look(stage.other)).toEqual(before);
  });

  it.each(['remove', 'forget'] as const)(
    'says that a service is gone after somebody’s "%s"',
    async (away) => {
      const before = await backend.look(stage.web);
      stage[away](stage.web);
      stage.work();

      const gone = await backend.look(stage.web);

      expect(gone).toMatchObject({ ref: stage.web, phase: 'gone' });
      expect(await backend.candidates(here, 'docker.io/acme/web')).toEqual([]);
      for (const service of [before, gone]) {
        expect(await backend.inspect(service)).toMatchObject({ containers: [], current: 0, outdated: 0 });
      }
      expect(['rancher.conflict', 'rancher.not_found', 'rancher.refused']).toContain(
        (await failureOf(backend.start(before, ORDER))).code,
      );
    },
  );

  it('does not start what comes too late', async () => {
    const before = await backend.look(stage.web);

    const failure = await failureOf(backend.start(before, { ...ORDER, notAfter: new Date(0) }));

    expect(failure.code).toBe('rancher.unreachable');
    expect(await backend.look(stage.web)).toEqual(before);
  });

  it('knows no revision of a service of which it knows nothing', async () => {
    stage.forget(stage.web);

    expect(await backend.look(stage.web)).toMatchObject({ revision: '', image: null });
  });

  it('observes until it is told to end, through all that happens', async () => {
    const abort = new AbortController();
    const seen: Sighting[] = [];
    const observing = (async () => {
      for await (const sighting of backend.observe(stage.web, abort.signal)) seen.push(sighting);
    })();

    while (seen.length === 0) await idle();
    stage.breakDown();
    while (seen.every((sighting) => sighting.seen)) await stage.clock.advance(1000);
    abort.abort();
    await observing;

    expect(seen[0]).toMatchObject({ seen: true, service: { phase: 'idle' } });
    expect(seen.at(-1)).toMatchObject({ seen: false });
  });

  it('fails as foreseen when nothing works', async () => {
    const service = await backend.look(stage.web);
    stage.breakDown();

    const failures = await Promise.all(
      [
        backend.candidates(here, 'docker.io/acme/web'),
        backend.look(stage.web),
        backend.inspect(service),
        backend.start(service, ORDER),
        backend.finish(stage.web),
        backend.rollBack(stage.web),
      ].map(failureOf),
    );

    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['rancher.unauthorized']));
  });

  it('checks three things, in order, whether they are good or not', async () => {
    const good = await backend.check();
    stage.breakDown();
    const bad = await backend.check();

    expect(good.map(({ name, ok }) => [name, ok])).toEqual([
      ['rancher', true],
      ['key', true],
      ['environments', true],
    ]);
    expect(bad.map(({ name, ok }) => [name, ok])).toEqual([
      ['rancher', true],
      ['key', false],
      ['environments', false],
    ]);
  });
});
