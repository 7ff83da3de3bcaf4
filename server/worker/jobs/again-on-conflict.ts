import { AppError } from "#server/platform/errors/app-error.ts";

const TRIES = 5;

/**
 * Runs a verb again when something else changed what it was about to change (`conflict`): it then
 * finds what is so now. The last try's error is thrown.
 */
export async function againOnConflict<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (left === 0 || !(error instanceof AppError) || error.code !== "conflict") throw error;
    }
  }
}
