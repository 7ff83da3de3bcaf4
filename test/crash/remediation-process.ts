import { setTimeout as delay } from "node:timers/promises";
import { clusterSources } from "#server/worker/clusters/cluster-sources.ts";
import { clusterWriter } from "#server/worker/clusters/cluster-writers.ts";
import { desiredSources } from "#server/worker/clusters/desired-sources.ts";
import { tendRemediations } from "#server/worker/jobs/remediations.ts";

/** The worker's loop `remediation` in a process of its own, to be killed: CLUSTERS_FILE says where. */
const places = { clusters: clusterSources(), desired: desiredSources, writer: clusterWriter };
const { WORKER_FAILPOINT: failpoint } = process.env;
for (;;) {
  await tendRemediations({ places, owner: `doomed:${process.pid}`, leaseSeconds: 60, failpoint });
  await delay(100);
}
