import type {
  EnvironmentLine,
  Notice,
  NoticeLine,
  RolloutLine,
  ServiceLine,
  UpgradeLine,
} from '../domain/notice.js';

/** The lines of a body; the worst come first. */
const MAX_LINES = 100;

/** Characters of texts that others have written. */
const MAX = { name: 250, image: 500, link: 1000, reason: 300, summary: 1000 };

/** Grows by fields only: what changes or takes one away gets another name. */
const NOTICE_SCHEMA = 'rancher-service-updater/notice/v1';

export type WebhookBody = ReturnType<typeof webhookBody>;

/** What programs get of a notice, as docs/notice-v1.schema.json describes it; at most about 100 KB. */
export function webhookBody(notice: Notice) {
  const lines = notice.lines.slice(0, MAX_LINES);
  const of = <A extends NoticeLine['about']>(about: A) =>
    lines.filter((line): line is Extract<NoticeLine, { about: A }> => line.about === about);
  return {
    schema: NOTICE_SCHEMA,
    id: notice.id,
    kind: notice.kind,
    time: notice.at,
    upgrade: notice.upgradeId,
    image: cut(notice.image, MAX.image),
    status: notice.status,
    caller: cut(notice.caller, MAX.name),
    tone: notice.tone,
    summary: cut(notice.summary, MAX.summary),
    rollouts: of('rollout').map(rolloutOf),
    blocked: of('service').map(serviceOf),
    unread_environments: of('environment').map(environmentOf),
    digest: notice.digest && { ...notice.digest, upgrades: of('upgrade').map(upgradeOf) },
    more: notice.more + notice.lines.length - lines.length,
  };
}

function rolloutOf(line: RolloutLine) {
  return { id: line.id, status: line.status, ...serviceOf(line) };
}

function serviceOf(line: RolloutLine | ServiceLine) {
  return {
    environment: cut(line.environment, MAX.name),
    stack: cut(line.stack, MAX.name),
    service: cut(line.service, MAX.name),
    from: cut(line.from, MAX.image),
    to: cut(line.to, MAX.image),
    link: cut(line.link, MAX.link),
    ...outcomeOf(line),
  };
}

/** `environment` is null where not even the list of environments could be had. */
function environmentOf(line: EnvironmentLine) {
  return { environment: cut(line.environment, MAX.name) || null, ...outcomeOf(line) };
}

function upgradeOf(line: UpgradeLine) {
  return {
    upgrade: line.id,
    image: cut(line.image, MAX.image),
    status: line.status,
    tone: line.tone,
    summary: cut(line.summary, MAX.reason),
  };
}

function outcomeOf(line: RolloutLine | ServiceLine | EnvironmentLine) {
  const reason = line.reason === null ? null : { code: line.code, message: cut(line.reason, MAX.reason) };
  return { outcome: line.outcome.slice(0, MAX.name), tone: line.tone, reason };
}

function cut<T extends string | null>(text: T, max: number): T {
  return text === null || text.length <= max ? text : (`${text.slice(0, max - 1)}…` as T);
}
