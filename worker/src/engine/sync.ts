import { adopt } from "./adopt";
import type { Context } from "./context";
import { followChain } from "../chain/follow";
import type { Block } from "../chain/node";
import type { TaskEntry } from "../journal/journal";
import type { Task } from "../tasks/task";
import { finalBlock, isEnd, sameHex } from "../../../sdk/src/index";
import type { JobEvent } from "../../../sdk/src/index";

type SyncContext = Pick<Context, "node" | "market" | "sender" | "journal" | "options" | "log">;

/**
 * Reads the confirmed blocks that are new into the journal, and takes back what the journal holds of
 * blocks that the chain dropped. The first call, before any transaction is made, starts at the
 * newest confirmed block.
 */
export async function syncChain(context: SyncContext, head: Block): Promise<void> {
  const { journal, market, options } = context;
  const target = finalBlock(head.number, options.confirmations);
  await followChain<TaskEntry>(context, target, {
    cursor: () => journal.cursor(),
    advance: (cursor, entries) => journal.advance(cursor, entries),
    read: async (from, to) => {
      const events = await market.events(from, to, liveJobs(journal.all()));
      return assign(journal.all(), events, context);
    },
    rolledBack: (block) =>
      journal.all().map(({ id }) => ({ id, event: { type: "rolledBack", block } })),
  });
}

function liveJobs(tasks: readonly Task[]): bigint[] {
  return tasks.flatMap(({ history }) => {
    const last = history.at(-1);
    return last === undefined || isEnd(last) ? [] : [last.id];
  });
}

/**
 * Finds the task of each event: of an opening by the transaction, of the others by the job. A job of this
 * worker that it did not open itself becomes a task.
 */
async function assign(
  tasks: readonly Task[],
  events: readonly JobEvent[],
  { node, sender, log }: SyncContext,
): Promise<TaskEntry[]> {
  const byJob = new Map(
    tasks.flatMap((task) => task.history.slice(0, 1).map((event) => [event.id, task.id] as const)),
  );
  const entries: TaskEntry[] = [];
  for (const event of events) {
    if (event.name === "JobOpened") {
      const key = await sender.keyOf(event.at.transactionHash);
      const opened = tasks.find(({ id }) => key?.startsWith(`task/${id}/`));
      if (opened !== undefined) byJob.set(event.id, opened.id);
      else if (sameHex(event.job.worker, node.address)) {
        const adopted = adopt(event);
        log.info({ job: event.id.toString() }, "job opened with a signed ask");
        byJob.set(event.id, adopted[0].id);
        entries.push(...adopted);
        continue;
      }
    }
    const id = byJob.get(event.id);
    if (id !== undefined) entries.push({ id, event: { type: "confirmed", event } });
    else log.warn({ job: event.id.toString(), event: event.name }, "event of a job not taken here");
  }
  return entries;
}
