/** Who asked for something. */
export interface Caller {
  /** As the gateway says it; null: it does not, or nobody asked it to. */
  readonly name: string | null;
  /** Where the connection came from: the gateway's address, where there is one. */
  readonly address: string;
}

/** The request that something goes back to. `caller` is null for what earlier versions have stored. */
export interface Origin {
  readonly requestId: string;
  readonly caller: Caller | null;
}

/** How a caller is called where there is room for a word: by name, else by address; null: nobody knows. */
export function wordFor(caller: Caller | null): string | null {
  return caller && (caller.name ?? caller.address);
}
