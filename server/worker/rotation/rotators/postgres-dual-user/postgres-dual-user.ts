import "server-only";
import type { PostgresDualUser } from "#server/features/rotation/schema.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { apply, verify } from "./apply.ts";
import { ask } from "./ask.ts";
import { promote } from "./promote.ts";
import { proveDead, revoke } from "./revoke.ts";
import { look, stage } from "./stage.ts";
import { takeBack } from "./take-back.ts";
import { undo } from "./undo.ts";

/** Two roles of one database take turns: one in use, one at rest without a password. */
export function postgresDualUser(run: RotationRun, pair: PostgresDualUser): Rotator {
  const context = { run, pair };
  return {
    withoutEffect: new Set(["verify"]),
    look: () => look(context),
    stage: () => stage(context),
    apply: () => apply(context),
    verify: () => verify(context),
    promote: () => promote(context),
    settle: () => run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath)),
    revoke: () => revoke(context),
    proveDead: () => proveDead(context),
    async destroy() {
      const { version } = run.handles.old;
      await run.outside("vault.destroy-old", () =>
        run.kv.destroyVersions(run.claim.path, [version]),
      );
      return `version ${version} destroyed`;
    },
    ask: (resume) => ask(context, resume),
    undo: () => undo(context),
    takeBack: () => takeBack(context),
  };
}
