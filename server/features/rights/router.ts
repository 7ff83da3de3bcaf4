import "server-only";
import { ownProcedure, readProcedure, router } from "#server/trpc/init.ts";
import { ownRights, people, rightsOf } from "./rights-of.ts";
import { People, PersonInput, Rights } from "./schema.ts";

const readOthers = readProcedure("runtime.reviews.read");

export const rightsRouter = router({
  /** What the caller may do, where, and what is still asked for. */
  own: ownProcedure.output(Rights).query(({ ctx }) => ownRights(ctx.tx, ctx.caller)),

  /** Everybody of whom a role is known here. */
  people: readOthers.output(People).query(({ ctx }) => people(ctx.tx, ctx.caller.tenant)),

  /** What somebody else may do. */
  of: readOthers
    .input(PersonInput)
    .output(Rights)
    .query(({ ctx, input }) => rightsOf(ctx.tx, ctx.caller, input)),
});
