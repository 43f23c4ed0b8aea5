import type { Scene } from './actor.js';
import { Builders } from './builders.js';
import { Ci } from './ci.js';
import { Governors } from './governors.js';
import { Restarts, Revocation } from './outages.js';
import { People } from './people.js';
import { ANY, HARMLESS, SocketTrouble } from './socket-trouble.js';

/** Everybody who takes part. */
export interface Cast {
  readonly ci: Ci;
  readonly people: People;
  readonly builders: Builders;
  readonly governors: Governors;
  readonly revocation: Revocation;
  readonly restarts: Restarts;
  readonly sockets: SocketTrouble;
  readonly lateSockets: SocketTrouble;
}

/** What one does takes nothing from what another draws by lot. */
export function castFor(scene: Scene, services: number): Cast {
  const own = (purpose: string): Scene => ({ ...scene, random: scene.random.for(purpose) });
  return {
    ci: new Ci(own('ci')),
    people: new People(own('people')),
    builders: new Builders(own('builders'), services),
    governors: new Governors(own('governors')),
    revocation: new Revocation(own('revocation')),
    restarts: new Restarts(own('restarts')),
    sockets: new SocketTrouble(own('sockets'), ANY),
    lateSockets: new SocketTrouble(own('late sockets'), HARMLESS),
  };
}

/** How often each has done something. */
export function actsOf(cast: Cast): Readonly<Record<string, number>> {
  return {
    'images changed by others': cast.people.acts,
    'services and stacks added, removed, renamed': cast.builders.acts,
    'environments added, removed, renamed, asleep': cast.governors.acts,
    'restarts of Rancher': cast.restarts.acts,
    'keys revoked': cast.revocation.acts,
    'troubles of sockets': cast.sockets.acts + cast.lateSockets.acts,
  };
}
