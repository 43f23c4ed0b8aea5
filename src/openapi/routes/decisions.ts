import { json } from '../answers.js';
import { CONFIRMED, FAILED, LISTED, ROLLING_BACK } from '../examples/upgrades.js';
import { ref, text } from '../json-schema.js';
import { changing, query, type Operation, type Paths } from '../operation.js';
import { UPGRADE_ID } from '../parameters.js';
import { LOOKING, type RefusalCode } from '../refusals.js';

interface Decision {
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  /** Answers of 202 and of 200. */
  readonly examples: readonly [unknown, unknown];
  readonly refusals?: readonly RefusalCode[];
}

function decision({ id, summary, description, examples, refusals = [] }: Decision): Operation {
  const [doing, done] = examples;
  return changing({
    id,
    tag: 'Deciding',
    summary,
    description: `${description}\n\nApplies to the whole upgrade, or to one rollout that the query or the body names. The body is optional.`,
    parameters: [
      UPGRADE_ID,
      query('rollout', text('The id of one rollout; without it, all are meant', { maxLength: 128 })),
    ],
    body: {
      required: false,
      content: { 'application/json': { schema: ref('DecideRequest'), example: {} } },
    },
    answers: {
      200: json('It was done already', ref('Upgrade'), done),
      202: json('It is being done', ref('Upgrade'), doing),
    },
    refusals: ['request.not_found', 'request.conflict', 'store.conflict', 'store.unavailable', ...refusals],
  });
}

/** What is decided about an upgrade after it was accepted. */
export const DECISION_PATHS: Paths = {
  '/upgrades/{id}/confirm': {
    post: decision({
      id: 'confirmUpgrade',
      summary: 'Finishes an upgrade',
      description: 'Each service is finished once it is healthy; after that Rancher cannot roll it back.',
      examples: [CONFIRMED, LISTED],
    }),
  },
  '/upgrades/{id}/rollback': {
    post: decision({
      id: 'rollBackUpgrade',
      summary: 'Rolls an upgrade back',
      description:
        'What Rancher has not finished is rolled back to the old version, and the rollback verified; what has not started is dropped. The version is then held back from these services.',
      examples: [ROLLING_BACK, FAILED],
      refusals: LOOKING,
    }),
  },
  '/upgrades/{id}/cancel': {
    post: decision({
      id: 'cancelUpgrade',
      summary: 'Drops what has not started, rolls back what has',
      description: 'Like a rollback, but nothing is held back.',
      examples: [ROLLING_BACK, FAILED],
      refusals: LOOKING,
    }),
  },
};
