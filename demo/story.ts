import { API, type Told, WEB } from './expectations.js';
import { planLines, progressLines, reasonLines, slackLines, wrapped } from './lines.js';
import { containerMarks } from './rancher.js';
import type { Screen, Tone } from './screen.js';
import type { Scene } from './stage.js';
import { until } from '../tools/until.js';
import type { Upgrade, UpgradeRequest } from './updater.js';

/** Seconds that a service gets in the act that fails: more than enough where nothing is wrong. */
const SHORT_TIMEOUT = 12;

const LOOK_MS = 200;
const SLACK_SECONDS = 20;

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'good',
  partly_failed: 'danger',
  failed: 'danger',
};

/** Tells the whole story on the screen. */
export async function tellStory(scene: Scene, screen: Screen): Promise<Told> {
  const { rancher, slack, variables } = scene;
  const atOnce = variables['AUTOUPDATE_MAX_PARALLEL'];
  await tellSetting(scene, screen);

  title(screen, `1  CI says that ${WEB} is out. What would happen? A dry run changes nothing.`);
  const planned = await ask(scene, screen, { docker_image: WEB, dry_run: true });
  screen.show(planLines(planned, screen.width));

  title(screen, `2  Do it, ${atOnce} services at a time, and confirm each as soon as it is healthy.`);
  const web = await carryOut(scene, screen, { docker_image: WEB, confirm: true });
  await tellSlack(scene, screen, 1);

  title(screen, `3  ${API} is out too, but in production it never becomes healthy: it is rolled back.`);
  await rancher.break({ kind: 'never-healthy', environment: 'production', image: API });
  const api = await carryOut(scene, screen, {
    docker_image: API,
    confirm: true,
    on_failure: 'rollback',
    timeout: SHORT_TIMEOUT,
  });
  await tellSlack(scene, screen, 2);

  return { planned, web, api, messages: slack.messages, services: await rancher.services() };
}

async function tellSetting({ rancher, variables }: Scene, screen: Screen): Promise<void> {
  const services = await rancher.services();
  const environments = new Set(services.map(({ environment }) => environment));
  screen.print(
    `A simulated Rancher 1.6 with ${services.length} services in ${environments.size} environments,`,
  );
  screen.print('and the service on it:');
  screen.print();
  const words = [...Object.entries(variables).map((pair) => pair.join('=')), 'node dist/main.js'];
  screen.print(`  ${wrapped(words.join(' '), screen.width - 4).join(' \\\n  ')}`, 'quiet');
}

/** Asks as a person would, and shows how. */
async function ask({ updater }: Scene, screen: Screen, request: UpgradeRequest): Promise<Upgrade> {
  screen.print(`  $ curl ${updater.url}/upgrade -d '${JSON.stringify(request)}'`, 'quiet');
  screen.print();
  return updater.ask(request);
}

async function carryOut(scene: Scene, screen: Screen, request: UpgradeRequest): Promise<Upgrade> {
  const began = performance.now();
  const accepted = await ask(scene, screen, request);
  const settled = await scene.updater.follow(accepted, async (upgrade) => {
    const services = await scene.rancher.services();
    const marks = new Map(services.map((service) => [service.id, containerMarks(service)]));
    screen.live(progressLines(upgrade, (id) => marks.get(id) ?? ''));
  });
  screen.settle();
  if (screen.isTerminal)
    screen.print('  (containers in Rancher: ● new, ◐ on its way, ○ old, ✗ in error)', 'quiet');
  const seconds = Math.round((performance.now() - began) / 1000);
  screen.print();
  screen.print(`  ${settled.status} after ${seconds} s: ${settled.message}`, TONES[settled.status]);
  screen.show(reasonLines(settled, screen.width));
  return settled;
}

async function tellSlack({ slack, signal }: Scene, screen: Screen, number: number): Promise<void> {
  await until('Slack is told', SLACK_SECONDS, LOOK_MS, signal, () => slack.messages.length >= number);
  screen.print('\n  In Slack:\n');
  for (const message of slack.messages.slice(number - 1)) screen.show(slackLines(message, screen.width));
}

function title(screen: Screen, text: string): void {
  screen.print();
  screen.print(text, 'strong');
  screen.print();
}
