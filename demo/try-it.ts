import type { Told } from './expectations.js';
import type { Line } from './screen.js';

/** What a person can do next: lines to paste into another terminal, each with what it is for. */
export function tryIt(updater: string, rancher: string, { api, services }: Told): readonly Line[] {
  const undone = api.rollouts.find(({ status }) => status === 'rolled_back');
  const forgotten = services.find(({ state }) => state === 'upgraded')?.id;
  const act = (service: string | undefined, action: string) =>
    `${rancher}/simulator/act -d '${JSON.stringify({ service, action, actor: 'you' })}'`;
  const upgrade = (image: string, options: object) =>
    `${updater}/upgrade -d '${JSON.stringify({ docker_image: image, ...options })}'`;
  const lines = [
    ['what would happen', upgrade('acme/worker:1.9.0', { dry_run: true })],
    ['let it happen', upgrade('acme/worker:1.9.0', { confirm: true })],
    [
      'how a build waits, and fails as act 3 did: curl ends with status 22',
      `--fail '${updater}/upgrades/${api.id}?wait=60&fail=true'`,
    ],
    ['not confirmed: it stays `upgraded`, and can still be rolled back', upgrade('acme/cart:5.1.0', {})],
    ['mistakes are refused, field by field', upgrade('acme/Cart:5.1.0', { confrm: true })],
    ['all upgrades that failed in part', `'${updater}/upgrades?status=partly_failed'`],
    [
      "production's ledger is still `upgraded` from before: its upgrade waits up to 10 minutes …",
      upgrade('acme/ledger:4.3.0', { confirm: true }),
    ],
    ["… until somebody finishes that one, as here in Rancher's page", act(forgotten, 'finishupgrade')],
    [
      'Rancher is broken: upgrades wait, nothing is lost',
      `${rancher}/simulator/faults -d '{"kind":"server-error"}'`,
    ],
    ['is the service ready?', `${updater}/health/ready`],
    ['Rancher is mended, and so is the image of act 3', `-X DELETE ${rancher}/simulator/faults`],
    ['what was rolled back in act 3 is held back …', `${updater}/holds`],
    [
      '… until somebody says otherwise',
      `-X DELETE ${updater}/services/${undone?.environment.id}/${undone?.service.id}/hold`,
    ],
    ['then it can be tried again', upgrade(api.image, { confirm: true })],
  ];
  return [
    {
      text: '4  Now you: lines for another terminal. What comes of them shows up here. Ctrl-C ends it.',
      tone: 'strong',
    },
    { text: '', tone: 'plain' },
    ...lines.flatMap(([what, line]): readonly Line[] => [
      { text: `  # ${what}`, tone: 'quiet' },
      { text: `  curl -sS ${line}`, tone: 'plain' },
    ]),
    { text: '', tone: 'plain' },
  ];
}
