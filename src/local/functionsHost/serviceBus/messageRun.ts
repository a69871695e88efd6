// Runs a Service Bus function on messages and settles them: complete what succeeded, abandon what threw.
import { setTimeout as delay } from "node:timers/promises";
import type {
  ProcessErrorArgs,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSessionReceiver,
} from "@azure/service-bus";
import type { ServiceBusOptions } from "../hostConfig.ts";
import { type HostedFunction, textOption } from "../hostedFunctions.ts";
import type { Invocation, Invoker } from "../invoker.ts";
import { batchMessageData, type MessageData, messageDetails, singleMessageData } from "./messageData.ts";

/** How long the broker may take to answer a settlement. */
const settleLimitMs = 5_000;

export type Receiver = ServiceBusReceiver | ServiceBusSessionReceiver;
export type ReportError = (args: Pick<ProcessErrorArgs, "error" | "errorSource">) => void;

/** What the function is called with when someone gives it a body by hand. */
export const byHandInvocation = (hosted: HostedFunction, input: string, reason: string): Invocation =>
  toInvocation(hosted, singleMessageData({ body: input }, textOption(hosted.trigger, "dataType")), { reason });

function toInvocation(
  { triggerName }: HostedFunction,
  { data, metadata, fault }: MessageData,
  more: { readonly reason: string; readonly details?: string },
): Invocation {
  return {
    ...more,
    inputData: [{ name: triggerName, data }],
    triggerMetadata: metadata,
    ...(fault === undefined ? {} : { fault }),
  };
}

export type MessageRunner = {
  /** Runs the function on one message and settles it. Never rejects. */
  one(receiver: Receiver, message: ServiceBusReceivedMessage): Promise<void>;
  /** Runs it on all of them at once: they succeed or fail together. Never rejects. */
  batch(receiver: Receiver, messages: readonly ServiceBusReceivedMessage[]): Promise<void>;
};

export function createMessageRunner(
  {
    hosted,
    invoker,
    options,
  }: { readonly hosted: HostedFunction; readonly invoker: Invoker; readonly options: ServiceBusOptions },
  reportError: ReportError,
): MessageRunner {
  const dataType = textOption(hosted.trigger, "dataType");
  const ownAutoComplete = hosted.trigger.autoCompleteMessages;
  const autoComplete = typeof ownAutoComplete === "boolean" ? ownAutoComplete : options.autoCompleteMessages;
  // The real host logs no reason for this trigger.
  const reason = "(null)";

  async function settle(receiver: Receiver, message: ServiceBusReceivedMessage, ok: boolean): Promise<void> {
    try {
      if (!ok) await inTime(receiver.abandonMessage(message));
      else if (autoComplete) await inTime(receiver.completeMessage(message));
    } catch (error) {
      reportError({ error: toError(error), errorSource: ok ? "complete" : "abandon" });
    }
  }

  return {
    one: async (receiver: Receiver, message: ServiceBusReceivedMessage): Promise<void> => {
      const data = singleMessageData(message, dataType);
      const { ok } = await invoker.invoke(
        hosted,
        toInvocation(hosted, data, { reason, details: messageDetails(message) }),
      );
      await settle(receiver, message, ok);
    },
    batch: async (receiver: Receiver, messages: readonly ServiceBusReceivedMessage[]): Promise<void> => {
      const { ok } = await invoker.invoke(
        hosted,
        toInvocation(hosted, batchMessageData(messages, dataType), { reason }),
      );
      await Promise.all(messages.map((message) => settle(receiver, message, ok)));
    },
  };
}

/** Rejects when a settlement is not answered: one for a link that a broken connection took along never is. */
async function inTime(settled: Promise<void>): Promise<void> {
  const answered = new AbortController();
  const unanswered = delay(settleLimitMs, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`The broker did not answer within ${settleLimitMs / 1000} s.`);
  });
  try {
    await Promise.race([settled, unanswered]);
  } finally {
    answered.abort();
    unanswered.catch(() => {});
    settled.catch(() => {});
  }
}

export const toError = (failure: unknown): Error => (failure instanceof Error ? failure : new Error(String(failure)));
