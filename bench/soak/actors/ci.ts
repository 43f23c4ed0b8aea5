import type { Actor, Scene } from './actor.js';
import { REPOSITORY_NAMES } from '../fleet.js';

const SHARE_BAD = 0.15;
const BAD_SECONDS = 60;
const GOOD_SECONDS = 600;

/** An upgrade that the service has accepted. */
export interface Accepted {
  readonly id: string;
  readonly image: string;
}

/** Pushes version after version; some of them can never be pulled, and are to be rolled back. */
export class Ci implements Actor {
  readonly pauseMs = [10_000, 50_000] as const;
  readonly accepted: Accepted[] = [];

  constructor(private readonly scene: Scene) {}

  async act(): Promise<void> {
    const { random, maker, rancher } = this.scene;
    const image = maker.image(random.pick(REPOSITORY_NAMES));
    const isBad = random.chance(SHARE_BAD);
    if (isBad) await rancher.break({ kind: 'image-missing', image });
    await this.push(image, isBad ? BAD_SECONDS : GOOD_SECONDS);
  }

  /** A good version of each repository; answers their images. */
  async pushAll(): Promise<readonly string[]> {
    const images = REPOSITORY_NAMES.map((repository) => this.scene.maker.image(repository));
    for (const image of images) await this.push(image, GOOD_SECONDS);
    return images;
  }

  private async push(image: string, timeout: number): Promise<void> {
    const push = { docker_image: image, confirm: true, timeout, on_failure: 'rollback' } as const;
    const { id } = await this.scene.updater.push(push);
    this.accepted.push({ id, image });
  }
}
