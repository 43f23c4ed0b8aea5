import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { valuesOf } from '../tools/command-line.js';
import { surprisesIn } from './expectations.js';
import { slackLines } from './lines.js';
import { Screen } from './screen.js';
import { type Scene, Stage } from './stage.js';
import { tellStory } from './story.js';
import { tryIt } from './try-it.js';

const USAGE = `npm run demo              tells the story, then stays up to be tried
npm run demo -- --once    ends after the story: with 0 if all came out as it should, else with 1`;

const OPTIONS = { once: { type: 'boolean' }, help: { type: 'boolean' } } as const;

const AS_IT_SHOULD_BE = 'Checked: all of this is as it should be, and Rancher has what the service says.';

/** What ties the lines of a log together, but makes them long. */
const IDS = / (?:upgrade|rollout|request|notice)=[0-9a-f-]{36}(?= |$)/g;

/** A request can fail before the end of the program that should have answered is known, which says more. */
const DEATH_MS = 300;

/** As a shell has it for a program that SIGINT has ended. */
const INTERRUPTED = 130;

/** A person has ended the demo. */
class Interrupted extends Error {}

const screen = new Screen(process.stdout);
const ended = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => ended.abort(new Interrupted()));
}
process.stdout.on('error', () => ended.abort(new Interrupted()));
process.exitCode = await main();

async function main(): Promise<number> {
  const stage = new Stage(ended);
  try {
    const values = valuesOf(process.argv.slice(2), USAGE, OPTIONS);
    if (values.help) {
      screen.print(USAGE);
      return 0;
    }
    const scene = await stage.open();
    const told = await tellStory(scene, screen);
    const surprises = surprisesIn(told);
    screen.print();
    for (const surprise of surprises) screen.print(`Not as it should be: ${surprise}`, 'danger');
    if (surprises.length === 0) screen.print(AS_IT_SHOULD_BE, 'good');
    if (values.once) return surprises.length === 0 ? 0 : 1;
    screen.print();
    screen.show(tryIt(scene.updater.url, scene.rancher.url, told));
    await stayUp(scene);
    return 0;
  } catch (error) {
    if (!ended.signal.aborted) await sleep(DEATH_MS);
    const why: unknown = ended.signal.aborted ? ended.signal.reason : error;
    if (why instanceof Interrupted) return INTERRUPTED;
    process.stderr.write(`${why instanceof Error ? why.message : String(why)}\n`);
    return 1;
  } finally {
    await stage.close();
  }
}

/** Shows what the service writes to its log, but for the ids, and what Slack gets, until a person ends it. */
async function stayUp({ log, slack, signal }: Scene): Promise<void> {
  log.heard = (line) => screen.print(line.replaceAll(IDS, ''), 'quiet');
  slack.heard = (message) => screen.show(slackLines(message, screen.width));
  if (!signal.aborted) await once(signal, 'abort');
  if (!(signal.reason instanceof Interrupted)) throw signal.reason;
}
