import { ROLLOUT_STATUSES } from '../../domain/rollout.js';
import { UPGRADE_STATUSES } from '../../domain/upgrade.js';
import {
  answer,
  listOf,
  moment,
  oneOf,
  orNull,
  ref,
  text,
  wholeNumber,
  type Schema,
} from '../json-schema.js';

/** What came of a service or an environment. */
const OUTCOME: Readonly<Record<string, Schema>> = {
  outcome: text('The outcome, for people'),
  tone: tone('How bad that is'),
  reason: orNull(ref('NoticeReason')),
};

const SERVICE: Readonly<Record<string, Schema>> = {
  environment: text('The name of its environment'),
  stack: text('The name of its stack'),
  service: text('Its name'),
  from: orNull(text('The image that it ran')),
  to: orNull(text('The image that it was to run')),
  link: orNull(text("Its page in Rancher's UI")),
  ...OUTCOME,
};

const UPGRADE_STATUS = orNull(oneOf(UPGRADE_STATUSES, 'Of the upgrade as a whole'));

/** What a channel of the kind webhook gets. Within v1 only fields and words are added. */
export const NOTICE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Notice: {
    ...answer({
      schema: { type: 'string', const: 'rancher-service-updater/notice/v1' },
      id: text('The same however often it is sent; also in the header `X-Updater-Delivery`'),
      kind: oneOf(
        ['upgrade', 'digest', 'sample'],
        '`upgrade`: of one upgrade; `digest`: what could not be delivered for an hour or more; `sample`: of `POST /notifications/test`',
      ),
      time: moment('When it happened; not when it was sent'),
      upgrade: orNull(text('The id of the upgrade; null unless `kind` is `upgrade`')),
      image: orNull(text('The published image; null unless `kind` is `upgrade`')),
      status: {
        ...UPGRADE_STATUS,
        description:
          'Of the upgrade as a whole, including what this channel is not told; null unless `kind` is `upgrade`',
      },
      caller: orNull(text('Who asked for the upgrade; null if that is not known')),
      tone: tone('The worst of its contents'),
      summary: text('One or two sentences for people'),
      rollouts: listOf(ref('NoticeRollout'), 'Services that were tried, the worst first'),
      blocked: listOf(ref('NoticeService'), 'Services that had opted in but could not be upgraded'),
      unread_environments: listOf(ref('NoticeEnvironment'), 'Environments that could not be read'),
      digest: orNull(ref('NoticeDigest'), 'Null unless `kind` is `digest`'),
      more: wholeNumber('How many entries, the least bad ones, are left out of these lists', { minimum: 0 }),
    }),
    description:
      'A notice, as a channel of the kind `webhook` gets it. Within v1 only fields and words of enumerations are added: readers ignore what they do not know.',
  },
  NoticeRollout: {
    ...answer({
      id: orNull(text('The id of the rollout, as in `GET /upgrades/{id}`')),
      status: orNull(oneOf(ROLLOUT_STATUSES, 'Where it stands')),
      ...SERVICE,
    }),
    description: 'A service that was tried.',
  },
  NoticeService: {
    ...answer(SERVICE),
    description: 'A service that had opted in but could not be upgraded.',
  },
  NoticeEnvironment: {
    ...answer({
      environment: orNull(text('Its name; null if not even the list of environments could be read')),
      ...OUTCOME,
    }),
    description: 'An environment that could not be read.',
  },
  NoticeReason: {
    ...answer({ code: orNull(text('One of the codes of `Reason`')), message: text('For people') }),
    description: 'Why something was not done, or ended differently than asked.',
  },
  NoticeDigest: {
    ...answer({
      count: wholeNumber('How many notices it stands for', { minimum: 1 }),
      from: moment('When the first of them happened'),
      to: moment('When the last of them happened'),
      upgrades: listOf(
        answer({
          upgrade: orNull(text('The id of the upgrade')),
          image: orNull(text('The published image')),
          status: UPGRADE_STATUS,
          tone: tone('The worst of what was in the notice'),
          summary: orNull(text('For people')),
        }),
        'The notices, the worst first',
      ),
    }),
    description: 'What could not be delivered in time.',
  },
};

function tone(description: string): Schema {
  return oneOf(['info', 'warning', 'danger'], description);
}
