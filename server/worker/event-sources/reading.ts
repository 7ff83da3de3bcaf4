import type { MappedEvent } from "#server/engines/ingest/mapped.ts";

/** Some events of a source, and how the source learns that they are kept. */
export interface Reading {
  readonly events: readonly MappedEvent[];
  /** Where to go on once they are kept; absent: the source itself remembers. */
  readonly cursor?: string;
  /** Whether there is more to be read at once. */
  readonly isFull: boolean;
  /** Called when they are on disk. */
  kept?(): Promise<void>;
}

/** Something that the worker reads. Any number of replicas may: an event is taken once. */
export interface EventReader {
  /** At most some hundred events from a cursor on; null: from the beginning. Throws while it is away. */
  read(cursor: string | null, signal: AbortSignal): Promise<Reading>;
  close(): Promise<void>;
}
