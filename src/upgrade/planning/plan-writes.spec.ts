import { describe, expect, it } from '@jest/globals';
import { aPlan, anUpgrade, NOON } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import type { EnvironmentPlan } from '../../domain/upgrade.js';
import { PlanWrites } from './plan-writes.js';
import { mergedPlans, type Planning, type PlanningStep } from '../recording/planning-step.js';
import { read } from './planning-changes.js';

const [FIRST, SECOND] = ['1a5', '1a6'].map((id) => ({ backend: 'cattle', id, name: id })) as [
  EnvironmentPlan['environment'],
  EnvironmentPlan['environment'],
];

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
