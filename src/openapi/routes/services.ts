import { json } from '../answers.js';
import { HOLDS, SERVICE_ROLLOUTS } from '../examples/upgrades.js';
import { answer, listOf, ref } from '../json-schema.js';
import { changing, reading, type Paths } from '../operation.js';
import { ENVIRONMENT_ID, PAGE, SERVICE_ID } from '../parameters.js';
import { pageOf } from '../schemas/common.js';

/** What is known of single services. */
export const SERVICE_PATHS: Paths = {
  '/holds': {
    get: reading({
      id: 'listHolds',
      tag: 'Services',
      summary: 'Lists the versions that are held back',
      description:
        'A version that was rolled back from a service is not offered to it again. It takes no query.',
      answers: { 200: json('All of them', answer({ data: listOf(ref('Hold')) }), HOLDS) },
      refusals: ['store.unavailable'],
    }),
  },
  '/services/{environment}/{service}/hold': {
    delete: changing({
      id: 'liftHold',
      tag: 'Services',
      summary: 'Lets a version in again',
      description:
        'Everything that is held back from the service may be offered to it again; this starts nothing. It takes no query.',
      parameters: [ENVIRONMENT_ID, SERVICE_ID],
      answers: { 204: { description: 'Nothing is held back from the service any more' } },
      refusals: ['request.not_found', 'store.unavailable'],
    }),
  },
  '/services/{environment}/{service}/upgrades': {
    get: reading({
      id: 'listRollouts',
      tag: 'Services',
      summary: 'Lists the rollouts of a service, newest first',
      parameters: [ENVIRONMENT_ID, SERVICE_ID, ...PAGE],
      answers: { 200: json('A page of rollouts', pageOf(ref('ServiceRollout')), SERVICE_ROLLOUTS) },
      refusals: ['store.unavailable'],
    }),
  },
};
