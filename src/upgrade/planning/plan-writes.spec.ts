import { describe, expect, it } from '@jest/globals';
import { aPlan, aRollout, aSkipped, anUpgrade, NOON } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import type { EnvironmentPlan } from '../../domain/upgrade.js';
import { PlanWrites } from './plan-writes.js';
import { mergedPlans, type Planning, type PlanningStep } from '../recording/planning-step.js';
import { read } from './planning-changes.js';

const [FIRST, SECOND] = ['1a5', '1a6'].map((id) => ({ backend: 'cattle', id, name: id })) as [
  EnvironmentPlan['environment'],
  EnvironmentPlan['environment'],
];

const PLAN = aPlan({ environment: FIRST, status: 'pending' });

describe(PlanWrites.name, () => {
  it('writes what is ready at the same time together, and with it the list of all', async () => {
    const { writes, steps } = given();

    const written = await Promise.all([writes.write(done(FIRST)), writes.write(done(SECOND))]);

    expect(written).toEqual([true, true]);
    expect(steps.map(statuses)).toEqual([['1a5 planned', '1a6 planned']]);
  });

  it('does not wait for what is not ready, which it lists as pending', async () => {
    const { writes, steps } = given();

    await writes.write(done(SECOND));
    await writes.write(done(FIRST));

    expect(steps.map(statuses)).toEqual([['1a5 pending', '1a6 planned'], ['1a5 planned']]);
  });

  it('fails together what is written together, and nothing else', async () => {
    const { writes, steps, refuse } = given();
    refuse(failure('store.unavailable'));

    const failed = await Promise.allSettled([writes.write(done(FIRST)), writes.write(done(FIRST))]);
    refuse(null);
    await writes.write(done(SECOND));

    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(steps.map(statuses)).toEqual([['1a5 pending', '1a6 planned']]);
  });

  it('writes no more together than can be written soon', async () => {
    const { writes, steps } = given();

    await Promise.all([writes.write(done(FIRST), 100), writes.write(done(SECOND), 1)]);

    expect(steps.map(statuses)).toEqual([['1a5 planned', '1a6 pending'], ['1a6 planned']]);
  });

  it('writes a large plan in parts, pending until the last is written', async () => {
    const { writes, steps } = given();
    const rollouts = Array.from({ length: 250 }, (_, index) => aRollout({ id: `r${index}` }));
    const skipped = [aSkipped()];

    const isWritten = await writes.writePlan(PLAN, { rollouts, skipped }, NOON, new AbortController().signal);

    expect(isWritten).toBe(true);
    expect(steps.map(statuses)).toEqual([['1a5 pending', '1a6 pending'], [], ['1a5 planned']]);
    expect(steps.map((step) => step.rollouts.length)).toEqual([100, 100, 50]);
    expect(steps.flatMap((step) => step.rollouts)).toEqual(rollouts);
    expect(steps.at(-1)?.plans).toEqual([aPlan({ environment: FIRST, skipped })]);
  });

  it('stops between two parts where it is told to', async () => {
    const { writes, steps } = given();
    const rollouts = Array.from({ length: 450 }, () => aRollout());

    const isWritten = await writes.writePlan(PLAN, { rollouts, skipped: [] }, NOON, AbortSignal.abort());

    expect([isWritten, steps.length]).toEqual([false, 1]);
  });

  it('writes no other part where planning has been called off', async () => {
    let asked = 0;
    const writes = new PlanWrites([FIRST], async () => ((asked += 1), false));
    const rollouts = Array.from({ length: 450 }, () => aRollout());

    await writes.writePlan(PLAN, { rollouts, skipped: [] }, NOON, new AbortController().signal);

    expect(asked).toBe(1);
  });

  it('says when planning has been called off', async () => {
    expect(await new PlanWrites([FIRST], async () => false).write(done(FIRST))).toBe(false);
  });
});

/** Two environments that are listed and not stored, and the steps as they are written. */
function given() {
  const steps: PlanningStep[] = [];
  let stored: Planning = { upgrade: anUpgrade(), pending: [] };
  let fault: Error | null = null;
  const writes = new PlanWrites([FIRST, SECOND], async (choose) => {
    if (fault) throw fault;
    const step = choose(stored);
    const plans = mergedPlans(stored.pending, step.plans);
    stored = { upgrade: step.upgrade, pending: plans.filter(({ status }) => status === 'pending') };
    steps.push(step);
    return true;
  });
  return { writes, steps, refuse: (error: Error | null) => (fault = error) };
}

function done(environment: EnvironmentPlan['environment']) {
  const plan = aPlan({ environment, status: 'pending' });
  return (stored: Planning) => read(stored, plan, { rollouts: [], skipped: [] }, NOON);
}

function statuses({ plans }: PlanningStep): readonly string[] {
  return plans.map(({ environment, status }) => `${environment.id} ${status}`);
}
