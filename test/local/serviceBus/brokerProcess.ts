// A broker in a process of its own, for tests that kill it: `node brokerProcess.ts STATE_FILE` prints its connection string.
import { startServiceBusBroker } from "../../../src/local/serviceBus/broker.ts";
import { durableQueues } from "./durableQueues.ts";

const [stateFile] = process.argv.slice(2);
if (stateFile === undefined) throw new Error("the state file is missing");
const broker = await startServiceBusBroker({ queues: durableQueues, stateFile });
console.log(broker.connectionString);
