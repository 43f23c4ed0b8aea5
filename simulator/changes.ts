/** What happened, for whoever watches: the journal, and whatever pushes changes to clients. */
export class Changes<T> {
  private readonly listeners = new Set<(change: T) => void>();

  subscribe(listener: (change: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(change: T): void {
    for (const listener of this.listeners) listener(change);
  }
}
