import { UPGRADE_STATUSES } from '../../domain/upgrade.js';
import { json } from '../answers.js';
import { ACCEPTED, ASKED, FAILED, FOUND, PLANNED, UPGRADE_LIST } from '../examples/upgrades.js';
import { flag, oneOf, ref, text, wholeNumber } from '../json-schema.js';
import { changing, header, query, reading, type Operation, type Paths } from '../operation.js';
import { PAGE, UPGRADE_ID } from '../parameters.js';
import { LOOKING } from '../refusals.js';
import { pageOf } from '../schemas/common.js';

const ADDRESS = {
  description: 'The URL of the upgrade, under the path at which the gateway publishes the service',
  schema: { type: 'string' },
  example: '/upgrades/eb91dce2-12a4-4f55-9214-3ed0f7145abf',
};

const OUTCOME = {
  operationId: 'findUpgrade',
  description: 'What becomes of it; with `wait` as soon as it has settled',
  parameters: { id: '$response.body#/id' },
};

function publish(id: string, description: string): Operation {
  return changing({
    id,
    tag: 'Publishing',
    summary: 'Says that an image is out',
    description,
    parameters: [
      header(
        'Idempotency-Key',
        text(
          "The caller's own name for the request, for 24 h: the same request under it is the same upgrade. Each caller whose name the gateway says has its own",
          {
            pattern: '^[\\x21-\\x7e]{1,255}$',
          },
        ),
      ),
    ],
    body: {
      required: true,
      content: { 'application/json': { schema: ref('UpgradeRequest'), example: ASKED } },
    },
    answers: {
      200: {
        ...json(
          'For a `dry_run`, the plan; otherwise the existing upgrade that this push belongs to',
          ref('Upgrade'),
          PLANNED,
        ),
        headers: { Location: ADDRESS },
      },
      202: {
        ...json('It is stored, and will be carried out', ref('Upgrade'), ACCEPTED),
        headers: { Location: { ...ADDRESS, required: true } },
        links: { upgrade: OUTCOME },
      },
    },
    refusals: [
      'request.conflict',
      'store.conflict',
      'request.too_many',
      'service.full',
      'store.unavailable',
      ...LOOKING,
    ],
  });
}

const PUBLISHING = `Every service that runs an older version of the image, has opted in by a label, and whose policy admits this version, is upgraded.

The body is read as JSON whatever its \`Content-Type\`. The same push twice is one upgrade: until the first has settled, an equal request joins it and gets the same id with 200.

With \`dry_run\` nothing is changed, Rancher is asked at once, and the answer has no \`Location\`. Only then are 429 and the codes \`rancher.…\` possible.`;

/** Upgrades: to ask for one, and to see what became of them. */
export const UPGRADE_PATHS: Paths = {
  '/upgrade': { post: publish('upgrade', PUBLISHING) },
  '/upgrades': {
    get: reading({
      id: 'listUpgrades',
      tag: 'Reading',
      summary: 'Lists upgrades, newest first',
      parameters: [
        query('status', oneOf(UPGRADE_STATUSES, 'Only those')),
        query(
          'image',
          text('Only of this image; a repository alone means all of its versions', {
            format: 'image-reference',
            minLength: 1,
          }),
        ),
        ...PAGE,
      ],
      answers: { 200: json('A page of upgrades', pageOf(ref('Upgrade')), UPGRADE_LIST) },
      refusals: ['store.unavailable'],
    }),
    post: publish('createUpgrade', 'The same as `POST /upgrade`.'),
  },
  '/upgrades/{id}': {
    get: reading({
      id: 'findUpgrade',
      tag: 'Reading',
      summary: 'Returns an upgrade and its outcome',
      description:
        'With `wait` it answers as soon as the upgrade has settled or the time is up. With `fail` the status code tells the outcome, so that `curl --fail` fails a build.',
      parameters: [
        UPGRADE_ID,
        query('wait', wholeNumber('Seconds', { minimum: 0, maximum: 300, default: 0 })),
        query('fail', flag('Answer 424 and 504 instead of 200', { default: false })),
      ],
      answers: {
        200: json(
          'The upgrade, whatever its outcome; with `fail`: it went well, or awaits confirmation',
          ref('Upgrade'),
          FOUND,
        ),
        424: json('With `fail`: it is `failed`, `partly_failed` or `cancelled`', ref('Upgrade'), FAILED),
        504: json('With `fail`: it is still `running`; ask again', ref('Upgrade'), ACCEPTED),
      },
      refusals: ['request.not_found', 'request.too_many', 'service.stopping', 'store.unavailable'],
    }),
  },
};
