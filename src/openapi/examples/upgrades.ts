/** What the service has really answered, on a Rancher with two environments. */

const STAGING = { id: '1a5', name: 'Staging' };
const PRODUCTION = { id: '1a6', name: 'Production' };
const PAGES = 'https://rancher.acme.io/env';

const WEB = {
  environment: PRODUCTION,
  stack: { id: '1st4', name: 'shop' },
  service: { id: '1s10', name: 'web' },
};

const API = {
  environment: STAGING,
  stack: { id: '1st3', name: 'shop' },
  service: { id: '1s8', name: 'api' },
};

const UPGRADE = 'eb91dce2-12a4-4f55-9214-3ed0f7145abf';
const ROLLOUT = '1faa74a9-a83d-4d32-8ce6-3924c5c55a8f';
const ROLLED_BACK = '7bb34257-9b73-4f12-8f5c-bfdc6c46aad3';
const CALLER = { name: 'alice', address: '10.0.0.7' };

export const ASKED = { docker_image: 'acme/web:1.3.5', confirm: true, on_failure: 'rollback' };

export const ACCEPTED = {
  id: UPGRADE,
  image: 'acme/web:1.3.5',
  status: 'running',
  confirm: true,
  start_first: false,
  timeout: null,
  on_failure: 'rollback',
  leftover: null,
  ignore_hold: false,
  confirm_within: null,
  max_failures: null,
  max_parallel: null,
  caller: CALLER,
  request_id: 'ci-4711',
  created_at: '2026-11-26T15:33:26.438Z',
  finished_at: null,
  message: 'looking for services',
  reason: null,
  rollouts: [],
  skipped: [],
  unread_environments: [],
};

const DONE = {
  id: ROLLOUT,
  ...WEB,
  from: 'acme/web:1.3.2',
  to: 'acme/web:1.3.5',
  status: 'finished',
  reason: null,
  timeout: 600,
  on_failure: 'rollback',
  bake: 0,
  superseded_by: null,
  recreated_sidekicks: [],
  started_at: '2026-11-26T15:33:26.581Z',
  finished_at: '2026-11-26T15:33:27.133Z',
  link: `${PAGES}/1a6/apps/stacks/1st4/services/1s10`,
  history: [],
};

const HISTORY = [
  { at: '2026-11-26T15:33:26.494Z', status: 'queued', message: 'planned: acme/web:1.3.5', reason: null },
  { at: '2026-11-26T15:33:26.581Z', status: 'queued', message: 'starting', reason: null },
  { at: '2026-11-26T15:33:26.608Z', status: 'upgrading', message: 'upgrading', reason: null },
  { at: '2026-11-26T15:33:27.091Z', status: 'finishing', message: 'finishing', reason: null },
  { at: '2026-11-26T15:33:27.133Z', status: 'finished', message: 'finished', reason: null },
];

const LEFT = {
  environment: STAGING,
  stack: { id: '1st3', name: 'shop' },
  service: { id: '1s7', name: 'web' },
  running: 'acme/web:1.4.0',
  reason: { code: 'version.not_newer', message: '1.3.5 is not newer than 1.4.0' },
  link: `${PAGES}/1a5/apps/stacks/1st3/services/1s7`,
};

export const LISTED = {
  ...ACCEPTED,
  status: 'succeeded',
  finished_at: '2026-11-26T15:33:27.134Z',
  message: '1 of 1 service done',
  rollouts: [DONE],
  skipped: [LEFT],
};

export const FOUND = { ...LISTED, rollouts: [{ ...DONE, history: HISTORY }] };

export const UPGRADE_LIST = { data: [LISTED], next: 'MQ' };

export const PLANNED = {
  ...ACCEPTED,
  id: null,
  status: 'planned',
  on_failure: null,
  request_id: 'ci-4710',
  message: '1 to upgrade, 1 left as they are; nothing was changed',
  rollouts: [
    {
      ...DONE,
      id: null,
      status: 'queued',
      timeout: 30,
      on_failure: 'leave',
      started_at: null,
      finished_at: null,
    },
  ],
  skipped: [LEFT],
};

const API_ROLLOUT = {
  ...DONE,
  id: '2c2bad7f-a70b-46fe-a703-e11b70082540',
  ...API,
  from: 'acme/api:2.1.3',
  to: 'acme/api:2.2.0',
  on_failure: 'leave',
  recreated_sidekicks: ['proxy'],
  started_at: '2026-11-26T15:33:27.403Z',
  finished_at: null,
  link: `${PAGES}/1a5/apps/stacks/1st3/services/1s8`,
};

const API_UPGRADE = {
  ...ACCEPTED,
  id: ROLLED_BACK,
  image: 'acme/api:2.2.0',
  confirm: false,
  on_failure: null,
  request_id: '9e3608e4-f74f-4a94-8868-f68f52c3cacf',
  created_at: '2026-11-26T15:33:27.241Z',
  message: '0 of 1 service done',
};

const ASKED_BACK = { code: 'rollout.rollback_asked', message: 'alice asked for it' };

export const CONFIRMED = { ...API_UPGRADE, rollouts: [{ ...API_ROLLOUT, status: 'upgrading' }] };

export const ROLLING_BACK = {
  ...API_UPGRADE,
  rollouts: [{ ...API_ROLLOUT, status: 'rolling_back', reason: ASKED_BACK }],
};

export const FAILED = {
  ...API_UPGRADE,
  status: 'failed',
  finished_at: '2026-11-26T15:33:28.733Z',
  message: '0 of 1 service done, 1 failed',
  rollouts: [
    {
      ...API_ROLLOUT,
      status: 'rolled_back',
      reason: ASKED_BACK,
      finished_at: '2026-11-26T15:33:28.732Z',
    },
  ],
};

export const SERVICE_ROLLOUTS = { data: [{ upgrade: UPGRADE, ...DONE }], next: null };

export const HOLDS = {
  data: [{ ...API, image: 'acme/api:2.2.0', since: '2026-11-26T15:33:28.732Z', upgrade: ROLLED_BACK }],
};

const AUDITED = {
  id: 3,
  at: '2026-11-26T15:33:27.649Z',
  action: 'rollback',
  caller: CALLER,
  request_id: '1df3a1a0-a882-4900-913d-430043f621f1',
  upgrade: ROLLED_BACK,
  image: 'acme/api:2.2.0',
  rollout: null,
  environment: null,
  stack: null,
  service: null,
};

export const AUDIT = { data: [AUDITED], next: null };
export const AUDIT_LINES = `${JSON.stringify(AUDITED)}\n`;

export const EVENTS = `retry: 3000

id: 4
event: rollout
data: ${JSON.stringify({ at: '2026-11-26T15:33:26.608Z', upgrade: UPGRADE, rollout: ROLLOUT, ...WEB, status: 'upgrading', message: 'upgrading', reason: null })}

id: 7
event: upgrade
data: ${JSON.stringify({ at: '2026-11-26T15:33:27.134Z', upgrade: UPGRADE, rollout: null, environment: null, stack: null, service: null, status: 'succeeded', message: '1 of 1 service done', reason: null })}
`;
