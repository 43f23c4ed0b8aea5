import type { Answer } from '../answers.js';
import { json } from '../answers.js';
import { CHANNELS, METRICS, NOT_READY, READY } from '../examples/operating.js';
import { answer, listOf, ref } from '../json-schema.js';
import { changing, reading, type Paths } from '../operation.js';

function plain(description: string, type: string, example?: string): Answer {
  const shown = example !== undefined && { example };
  return { description, content: { [type]: { schema: { type: 'string' }, ...shown } } };
}

/** Seeing whether it works, and what it is. */
export const OPERATING_PATHS: Paths = {
  '/notifications/test': {
    post: changing({
      id: 'testNotifications',
      tag: 'Operating',
      summary: 'Sends a sample to every channel',
      description: '200 even if some of them fail, which the answer says. It takes no query.',
      answers: {
        200: json('What each answered', answer({ channels: listOf(ref('ChannelTest')) }), CHANNELS),
      },
    }),
  },
  '/ping': {
    get: reading({
      id: 'ping',
      tag: 'Operating',
      summary: 'Whether it answers',
      isOpen: true,
      answers: { 200: plain('It does', 'text/plain', 'Pong!') },
    }),
  },
  '/health/live': {
    get: reading({
      id: 'live',
      tag: 'Operating',
      summary: 'Whether it is alive',
      isOpen: true,
      answers: {
        200: json('It is', answer({ status: { const: 'live', type: 'string' } }), { status: 'live' }),
      },
    }),
  },
  '/health/ready': {
    get: reading({
      id: 'ready',
      tag: 'Operating',
      summary: 'Whether it can work',
      description:
        'Checks Rancher, the key, the environments and the store; the state of Rancher is at most 10 s old, that of the store 2 s. Warnings do not make it less ready.',
      isOpen: true,
      answers: {
        200: json('It can', ref('Readiness'), READY),
        503: json(
          'It cannot; it accepts requests all the same, and carries them out later',
          ref('Readiness'),
          NOT_READY,
        ),
      },
    }),
  },
  '/metrics': {
    get: reading({
      id: 'metrics',
      tag: 'Operating',
      summary: 'Numbers for Prometheus',
      isOpen: true,
      answers: { 200: plain("In Prometheus' text format", 'text/plain', METRICS) },
    }),
  },
  '/version': {
    get: reading({
      id: 'version',
      tag: 'Operating',
      summary: 'What runs here',
      answers: {
        200: json('The versions of the service and of Node.js', ref('Version'), {
          version: '0.1.0',
          node: '24.11.1',
        }),
      },
    }),
  },
  '/openapi.json': {
    get: reading({
      id: 'openApi',
      tag: 'Operating',
      summary: 'This document',
      answers: {
        200: json(
          'OpenAPI 3.1',
          { type: 'object', description: 'See spec.openapis.org' },
          { openapi: '3.1.0' },
        ),
      },
    }),
  },
  '/docs': {
    get: reading({
      id: 'docs',
      tag: 'Operating',
      summary: 'This document, for people',
      answers: { 200: plain('A page without scripts, which loads nothing', 'text/html') },
    }),
  },
};
