import { describe, expect, it } from '@jest/globals';
import { aPlan, anUpgrade, NOON } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import type { EnvironmentPlan } from '../../domain/upgrade.js';
import { Outcomes } from './outcomes.js';
import { mergedPlans, read, type Planning, type PlanningStep } from './planning-changes.js';

const [FIRST, SECOND] = ['1a5', '1a6'].map((id) => ({ backend: 'cattle', id, name: id })) as [
  EnvironmentPlan['environment'],
  EnvironmentPlan['environment'],
];

describe(Outcomes.name, () => {
  it('writes what is ready at the same time together, and with it the list of all', async () => {
    const { outcomes, steps } = given();

    const written = await Promise.all([outcomes.write(done(FIRST)), outcomes.write(done(SECOND))]);

    expect(written).toEqual([true, true]);
    expect(steps.map(statuses)).toEqual([['1a5 planned', '1a6 planned']]);
  });

  it('does not wait for what is not ready, which it lists as pending', async () => {
    const { outcomes, steps } = given();

    await outcomes.write(done(SECOND));
    await outcomes.write(done(FIRST));

    expect(steps.map(statuses)).toEqual([['1a5 pending', '1a6 planned'], ['1a5 planned']]);
  });

  it('fails together what is written together, and nothing else', async () => {
    const { outcomes, steps, refuse } = given();
    refuse(failure('store.unavailable'));

    const failed = await Promise.allSettled([outcomes.write(done(FIRST)), outcomes.write(done(FIRST))]);
    refuse(null);
    await outcomes.write(done(SECOND));

    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(steps.map(statuses)).toEqual([['1a5 pending', '1a6 planned']]);
  });

  it('says when planning has been called off', async () => {
    expect(await new Outcomes([FIRST], async () => false).write(done(FIRST))).toBe(false);
  });
});

/** Two environments that are listed and not stored, and the steps as they are written. */
function given() {
  const steps: PlanningStep[] = [];
  let stored: Planning = { upgrade: anUpgrade(), pending: [] };
  let fault: Error | null = null;
  const outcomes = new Outcomes([FIRST, SECOND], async (choose) => {
    if (fault) throw fault;
    const step = choose(stored);
    const plans = mergedPlans(stored.pending, step.plans);
    stored = { upgrade: step.upgrade, pending: plans.filter(({ status }) => status === 'pending') };
    steps.push(step);
    return true;
  });
  return { outcomes, steps, refuse: (error: Error | null) => (fault = error) };
}

function done(environment: EnvironmentPlan['environment']) {
  const plan = aPlan({ environment, status: 'pending' });
  return (stored: Planning) => read(stored, plan, { rollouts: [], skipped: [] }, NOON);
}

function statuses({ plans }: PlanningStep): readonly string[] {
  return plans.map(({ environment, status }) => `${environment.id} ${status}`);
}
