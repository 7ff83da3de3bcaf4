import type { RunningProcess } from "./child-process.ts";

export interface KeepRunningOptions {
  readonly name: string;
  readonly start: () => RunningProcess | Promise<RunningProcess>;
  readonly say: (line: string) => void;
  readonly logFile: string;
  /** Called after each restart, when the process id has changed. */
  readonly onRestart?: () => void;
  /** Milliseconds before the first restart; doubles with each, up to 30 s. */
  readonly firstDelayMillis?: number;
}

export interface KeptRunning {
  readonly name: string;
  pid(): number | undefined;
  /** How often it ended although nobody asked. */
  crashes(): number;
  stop(): Promise<void>;
}

const LONGEST_DELAY_MILLIS = 30_000;
/** A program that ran this long is taken as sound again: its next restart is quick. */
const SOUND_AFTER_MILLIS = 60_000;

/** Starts a program and starts it again, with backoff and a word about it, whenever it crashes. */
export async function keepRunning(options: KeepRunningOptions): Promise<KeptRunning> {
  const first = options.firstDelayMillis ?? 500;
  let delay = first;
  let crashes = 0;
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let current = await options.start();
  watch(current, Date.now());

  function watch(running: RunningProcess, startedAt: number): void {
    void running.ended.then((how) => {
      if (isStopping) return;
      crashes += 1;
      if (Date.now() - startedAt > SOUND_AFTER_MILLIS) delay = first;
      options.say(
        `${options.name} ended (${how}); starting it again in ${delay / 1000} s. Log: ${options.logFile}`,
      );
      timer = setTimeout(() => void restart(), delay);
      delay = Math.min(delay * 2, LONGEST_DELAY_MILLIS);
    });
  }

  async function restart(): Promise<void> {
    if (isStopping) return;
    try {
      const startedAt = Date.now();
      current = await options.start();
      if (isStopping) await current.stop();
      else {
        watch(current, startedAt);
        options.onRestart?.();
      }
    } catch (error) {
      options.say(`${options.name} could not be started: ${(error as Error).message}`);
      timer = setTimeout(() => void restart(), delay);
      delay = Math.min(delay * 2, LONGEST_DELAY_MILLIS);
    }
  }

  return {
    name: options.name,
    pid: () => current.pid,
    crashes: () => crashes,
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      await current.stop();
    },
  };
}
