import { LEFTOVER, ON_FAILURE } from '../../domain/rollout.js';
import { flag, oneOf, request, text, wholeNumber, type Schema } from '../json-schema.js';

/** What callers send. Limits and defaults are those of the DTOs, which a test compares with these. */
export const REQUEST_SCHEMAS: Readonly<Record<string, Schema>> = {
  UpgradeRequest: request(
    {
      docker_image: text('The image that is out, with or without `docker:`; without a tag, `latest`', {
        format: 'image-reference',
        minLength: 1,
      }),
      confirm: flag(
        'Finish the upgrade once the service is healthy. Without it the service stays `upgraded` and can still be rolled back, until somebody finishes it',
        { default: false },
      ),
      start_first: flag('Start the new container before the old one is stopped', { default: false }),
      timeout: wholeNumber(
        "Seconds for each service from its own start. Default: the service's label, `AUTOUPDATE_TIMEOUT`, else 30, or 600 without `confirm` or with a rollback",
        { minimum: 1, maximum: 86_400 },
      ),
      dry_run: flag('Change nothing and answer what would be done', { default: false }),
      on_failure: oneOf(
        ON_FAILURE,
        "What happens to a service that fails. Default: the service's label, else `AUTOUPDATE_ON_FAILURE`",
      ),
      leftover: oneOf(
        LEFTOVER,
        'What happens to a service that is still `upgraded` from an earlier upgrade. Default: `AUTOUPDATE_LEFTOVER`',
      ),
      ignore_hold: flag('Offer the version also to services from which it is held back', { default: false }),
      confirm_within: wholeNumber(
        'Seconds in which somebody must confirm, at most 30 days; otherwise `on_failure` applies',
        { minimum: 1, maximum: 2_592_000 },
      ),
      max_failures: wholeNumber('Once this many services have failed, no other is started', {
        minimum: 1,
        maximum: 100_000,
      }),
      max_parallel: wholeNumber(
        'How many services of this upgrade are upgraded at once; `AUTOUPDATE_MAX_PARALLEL` applies too',
        { minimum: 1, maximum: 100_000 },
      ),
    },
    ['docker_image'],
  ),
  DecideRequest: request({
    rollout: text('The id of one rollout; without it, all are meant', { maxLength: 128 }),
  }),
};
