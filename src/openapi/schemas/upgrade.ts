import { LEFTOVER, ON_FAILURE, ROLLOUT_STATUSES } from '../../domain/rollout.js';
import { UPGRADE_STATUSES } from '../../domain/upgrade.js';
import {
  answer,
  flag,
  listOf,
  meanings,
  moment,
  oneOf,
  orNull,
  ref,
  text,
  wholeNumber,
  type Schema,
} from '../json-schema.js';
import { PLACE, placeOrNull } from './common.js';
import { ROLLOUT_WORDS, UPGRADE_WORDS } from './words.js';

const IMAGE = text('An image reference, `registry/repository:tag@digest`');

const AS_ASKED = 'as requested; null if it was not';

/** What happened. */
const HAPPENED: Readonly<Record<string, Schema>> = {
  status: oneOf([...UPGRADE_STATUSES, ...ROLLOUT_STATUSES].filter(isFirst), 'The new status'),
  message: text('What happened, and what Rancher said'),
  reason: orNull(ref('Reason')),
};

const ENTRY = answer({ at: moment('When'), ...HAPPENED });

const SKIPPED = answer({
  ...PLACE,
  running: text('The image that it runs'),
  reason: ref('Reason'),
  link: text("Its page in Rancher's UI"),
});

/** What a rollout has in every answer. */
const ROLLOUT: Readonly<Record<string, Schema>> = {
  id: orNull(text('Null in a dry run')),
  ...PLACE,
  from: text('The image that ran when it was planned'),
  to: text('The image that is to run, spelled as the service spells it'),
  status: oneOf(ROLLOUT_STATUSES, meanings('Where it stands.', ROLLOUT_WORDS)),
  reason: orNull(ref('Reason'), 'Why it ended as it did, or what it waits for'),
  timeout: wholeNumber('Seconds that the service has from its start; the time to bake is added'),
  on_failure: oneOf(ON_FAILURE, 'What happens to the service if it fails'),
  bake: wholeNumber(
    'Seconds for which its new containers must have been running, and healthy if they have a health check, before it is finished',
  ),
  superseded_by: orNull(text('The upgrade that replaced it')),
  recreated_sidekicks: listOf(
    text('A name'),
    'Sidekicks that are recreated with it, because they share its network or volumes',
  ),
  started_at: orNull(moment('When it was started')),
  finished_at: orNull(moment('When it ended')),
  link: text("The service's page in Rancher's UI"),
  history: listOf(ENTRY, 'What happened to it, oldest first; empty except in `GET /upgrades/{id}`'),
};

/** Upgrades and what they consist of. */
export const UPGRADE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Upgrade: {
    ...answer({
      id: orNull(text('Null in a dry run')),
      image: IMAGE,
      status: oneOf(
        [...UPGRADE_STATUSES, 'planned'],
        meanings('How it stands, or its outcome.', UPGRADE_WORDS),
      ),
      confirm: flag('Finished as soon as it is healthy; otherwise somebody has to confirm'),
      start_first: flag('The new container starts before the old one stops'),
      timeout: orNull(wholeNumber(`Seconds, ${AS_ASKED}`)),
      on_failure: orNull(oneOf(ON_FAILURE, `What happens to a service that fails, ${AS_ASKED}`)),
      leftover: orNull(oneOf(LEFTOVER, `What happens to one that is still \`upgraded\`, ${AS_ASKED}`)),
      ignore_hold: flag('Offered also to services from which it is held back'),
      confirm_within: orNull(wholeNumber(`Seconds, ${AS_ASKED}`)),
      max_failures: orNull(wholeNumber(AS_ASKED)),
      max_parallel: orNull(wholeNumber(AS_ASKED)),
      caller: orNull(ref('Caller'), 'Who asked for it; null if it was stored by a version that did not know'),
      request_id: text('The id of the request that asked for it'),
      created_at: moment('When it was accepted'),
      finished_at: orNull(moment('When it ended')),
      message: text('How it stands, for people'),
      reason: orNull(
        ref('Reason'),
        'Why looking for services as a whole waits or was given up; what concerns one environment or one service is there',
      ),
      rollouts: listOf(ref('Rollout'), 'One for each service that is upgraded'),
      skipped: listOf(SKIPPED, 'Services that run the repository and are left alone'),
      unread_environments: listOf(
        answer({ environment: ref('Named'), reason: ref('Reason') }),
        'Environments that could not be read',
      ),
    }),
    description: 'One request, and everything that resulted from it.',
  },
  Rollout: { ...answer(ROLLOUT), description: "One service's part of an upgrade." },
  ServiceRollout: {
    ...answer({ upgrade: text('The id of its upgrade'), ...ROLLOUT }),
    description: "One service's part of an upgrade, and which upgrade that is.",
  },
  Event: {
    ...answer({
      at: moment('When'),
      upgrade: text('The id of the upgrade'),
      rollout: orNull(text('The id of the rollout; null if the event is about the whole upgrade')),
      ...placeOrNull('Null if the event is about the whole upgrade'),
      ...HAPPENED,
    }),
    description: 'The `data` of an event.',
  },
};

function isFirst(word: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(word) === index;
}
