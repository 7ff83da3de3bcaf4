import "server-only";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { Sink } from "#server/integrations/sinks/sink.ts";

interface Opened {
  readonly revision: number;
  readonly sink: Sink;
  usedAt: number;
}

const IDLE_MILLIS = 60_000;

/**
 * Connections to sinks that are kept between batches, one a cursor, so that a backfill never waits
 * behind what is new. After a trouble or a change the next one is opened anew, its secrets read again.
 */
export class OpenSinks {
  readonly #open: (tenantId: string, config: SinkConfig) => Promise<Sink>;
  readonly #opened = new Map<string, Opened>();

  constructor(open: (tenantId: string, config: SinkConfig) => Promise<Sink>) {
    this.#open = open;
  }

  /** Throws `SinkError`. */
  async of(
    cursorId: string,
    { tenantId, revision, config }: { tenantId: string; revision: number; config: SinkConfig },
  ): Promise<Sink> {
    const known = this.#opened.get(cursorId);
    if (known?.revision === revision) {
      known.usedAt = performance.now();
      return known.sink;
    }
    await this.drop(cursorId);
    const sink = await this.#open(tenantId, config);
    this.#opened.set(cursorId, { revision, sink, usedAt: performance.now() });
    return sink;
  }

  async drop(cursorId: string): Promise<void> {
    const known = this.#opened.get(cursorId);
    this.#opened.delete(cursorId);
    await known?.sink.close().catch(() => undefined);
  }

  /** Closes what was not used for a minute; `isBusy` tells what is in use. */
  async sweep(isBusy: (cursorId: string) => boolean): Promise<void> {
    const before = performance.now() - IDLE_MILLIS;
    const idle = [...this.#opened].filter(([id, { usedAt }]) => usedAt < before && !isBusy(id));
    await Promise.all(idle.map(([id]) => this.drop(id)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.keys()].map((id) => this.drop(id)));
  }
}
