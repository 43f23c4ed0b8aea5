import { Observable, Subject } from 'rxjs';
import { CattleEvents, type EventItem } from '../../src/rancher/cattle/events/cattle.events.js';
import type { Named } from '../../src/domain/service.js';

/** Event sockets of several environments; a test says what each tells. */
export class ToldEvents extends CattleEvents {
  private readonly items = new Map<string, Subject<EventItem>>();
  private readonly open: string[] = [];

  constructor() {
    super(...([] as unknown as ConstructorParameters<typeof CattleEvents>));
  }

  /** The environments that are listened to, by id and name. */
  get listened(): readonly string[] {
    return this.open.toSorted();
  }

  tell(environment: string, item: EventItem): void {
    this.itemsOf(environment).next(item);
  }

  /** A connection opens, and Rancher says that it is there. */
  opens(environment: string): void {
    this.tell(environment, { is: 'open' });
    this.tell(environment, { is: 'alive' });
  }

  override of({ id, name }: Named): Observable<EventItem> {
    return new Observable((subscriber) => {
      const label = `${id} ${name}`;
      this.open.push(label);
      const told = this.itemsOf(id).subscribe(subscriber);
      return () => {
        this.open.splice(this.open.indexOf(label), 1);
        told.unsubscribe();
      };
    });
  }

  private itemsOf(id: string): Subject<EventItem> {
    const items = this.items.get(id) ?? new Subject<EventItem>();
    this.items.set(id, items);
    return items;
  }
}
