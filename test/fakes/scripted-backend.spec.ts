import { beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf } from '../harness/failure-of.js';
import { HandClock } from './hand-clock.js';
import { NOON } from './records.js';
import { failure, ScriptedBackend } from './scripted-backend.js';
import { ORDER, anInspection, aService } from './services.js';

const WEB = aService({ image: 'acme/web:1.0.0' });

describe(ScriptedBackend, () => {
  let backend: ScriptedBackend;

  beforeEach(async () => {
    backend = new ScriptedBackend(new HandClock(NOON.getTime()));
    backend.put(WEB);
    await backend.start(WEB, ORDER);
  });

  it('rolls a service back to what it was before the start, with the container that it had', async () => {
    const [, old] = (await backend.inspect(WEB)).containers;

    await backend.rollBack(WEB.ref);

    expect(backend.acts).toEqual(['0 start 1s7 2.0.0', '0 rollback 1s7']);
    expect(await backend.look(WEB.ref)).toEqual({ ...WEB, state: 'idle' });
    expect((await backend.inspect(WEB)).containers).toMatchObject([
      { id: old?.id, revision: 'before', sound: true },
    ]);
  });

  it('keeps the new image where a test has taken away what was before', async () => {
    backend.before.delete('1s7');

    await backend.rollBack(WEB.ref);

    expect(await backend.look(WEB.ref)).toMatchObject({
      phase: 'idle',
      image: ORDER.image,
      revision: 'ours-1',
    });
  });

  it('leaves a rollback in the phase that a test says', async () => {
    backend.afterRollback = 'rolling_back';

    await backend.rollBack(WEB.ref);

    expect(await backend.look(WEB.ref)).toMatchObject({ phase: 'rolling_back', revision: 'before' });
  });

  it.each([
    [
      'fails',
      () => backend.failures.set('rollBack 1s7', failure('rancher.conflict')),
      'rancher.conflict',
      'upgraded',
    ],
    [
      'is done, though nobody hears of it',
      () => backend.lostReplies.add('rollBack'),
      'rancher.uncertain',
      'idle',
    ],
  ])('lets a rollback that %s', async (_, set, code, phase) => {
    set();

    expect((await failureOf(backend.rollBack(WEB.ref))).code).toBe(code);
    expect((await backend.look(WEB.ref)).phase).toBe(phase);
  });

  it('has one sound container of the present revision, and the stopped one that it took the place of', async () => {
    const upgraded = await backend.inspect(WEB);
    await backend.finish(WEB.ref);
    const finished = await backend.inspect(WEB);

    expect(upgraded).toMatchObject({ current: 1, blocked: null });
    expect(upgraded.containers).toMatchObject([
      { revision: 'ours-1', running: true, sound: true },
      { revision: 'before', running: false, sound: false },
    ]);
    expect(finished.containers).toEqual(upgraded.containers.slice(0, 1));
  });

  it('tells of one service what a test says', async () => {
    const inspection = anInspection({ current: 0 });
    backend.inspections.set('1s7', inspection);

    expect(await backend.inspect(WEB)).toBe(inspection);
  });
});
