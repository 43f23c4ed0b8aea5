import { placeOf } from './lines.js';
import type { RancherService } from './rancher.js';
import type { SlackMessage } from './slack-receiver.js';
import type { Upgrade } from './updater.js';

export const WEB = 'acme/web:2.1.0';
export const API = 'acme/api:3.5.0';

/** What was seen while the story was told. */
export interface Told {
  readonly planned: Upgrade;
  readonly web: Upgrade;
  readonly api: Upgrade;
  readonly messages: readonly SlackMessage[];
  /** As Rancher has them at the end. */
  readonly services: readonly RancherService[];
}

/** By the place of each service that runs an image: the status of its rollout, or the code of why it is left alone. */
type Fates = Readonly<Record<string, string>>;

const WEB_FATES: Fates = {
  'development / shop / web': 'finished',
  'staging / shop / web': 'finished',
  'staging / marketing / landing': 'finished',
  'production / shop / web': 'finished',
  'production / tenants / north': 'finished',
  'development / previews / web-next': 'version.not_newer',
  'development / previews / web-nightly': 'version.not_comparable',
  'staging / quality / load-test': 'service.inactive',
  'staging / quality / browser-tests': 'service.sidekick',
  'production / tenants / south': 'policy.refused',
  'production / tenants / west': 'label.off',
  'production / edge / web-edge': 'version.other_flavour',
};

const API_FATES: Fates = {
  'development / shop / api': 'finished',
  'staging / shop / api': 'finished',
  'production / shop / api': 'rolled_back',
};

/** Where the story came out otherwise than the fleet was made for; nothing, if all is well. */
export function surprisesIn({ planned, web, api, messages, services }: Told): readonly string[] {
  const asked = Object.entries(WEB_FATES).map(([place, fate]) => [
    place,
    fate === 'finished' ? 'queued' : fate,
  ]);
  return [
    ...differences('the plan', Object.fromEntries(asked), fatesOf(planned)),
    ...differences(WEB, WEB_FATES, fatesOf(web)),
    ...differences(API, API_FATES, fatesOf(api)),
    ...contradictions(web, services),
    ...contradictions(api, services),
    ...differences('Slack', { [WEB]: 'good', [API]: 'danger' }, tonesOf(messages)),
  ];
}

function differences(subject: string, expected: Fates, seen: Fates): readonly string[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(seen)])];
  return keys
    .filter((key) => expected[key] !== seen[key])
    .map(
      (key) => `${subject}: ${key} should be ${expected[key] ?? 'left out'}, is ${seen[key] ?? 'left out'}`,
    );
}

/** Rancher has the new image in the services of the upgrade and in no others, `active` where it is finished or rolled back. */
function contradictions(
  { image, rollouts }: Upgrade,
  services: readonly RancherService[],
): readonly string[] {
  const statuses = new Map(rollouts.map(({ service, status }) => [service.id, status]));
  const wrong = services.filter((service) => {
    const status = statuses.get(service.id);
    const isNew = service.image === `docker:${image}`;
    const isStill = service.state === 'active';
    if (status === 'finished') return !isNew || !isStill;
    return status === 'rolled_back' ? isNew || !isStill : isNew && status === undefined;
  });
  return wrong.map(
    ({ environment, stack, name, state, image: runs }) =>
      `Rancher: ${environment} / ${stack} / ${name} is ${state} with ${runs ?? 'no image'}`,
  );
}

function fatesOf({ rollouts, skipped }: Upgrade): Fates {
  return Object.fromEntries([
    ...rollouts.map((rollout) => [placeOf(rollout), rollout.status]),
    ...skipped.map((service) => [placeOf(service), service.reason.code]),
  ]);
}

/** By image, which the text of a message begins with. */
function tonesOf(messages: readonly SlackMessage[]): Fates {
  return Object.fromEntries(
    messages.map(({ text, attachments }) => [
      /^`([^`]+)`/.exec(text)?.[1] ?? text,
      attachments.map(({ color }) => color).join(),
    ]),
  );
}
