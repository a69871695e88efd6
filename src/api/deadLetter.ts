// What the delivery metadata of a dead letter says; for people only, because a body's own keys can overwrite it.

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The message id and the broker's reason, as far as they are there. */
export function deadLetterOf(metadata: Readonly<Record<string, unknown>> | undefined): {
  readonly messageId: string;
  readonly reason: string;
} {
  const properties = metadata?.applicationProperties;
  const stated: Record<string, unknown> =
    typeof properties === "object" && properties !== null ? { ...properties } : {};
  const reason = [text(stated.deadLetterReason), text(stated.deadLetterErrorDescription)].filter(
    (part) => part !== undefined,
  );
  return {
    messageId: text(metadata?.messageId) ?? `sequence-${String(metadata?.sequenceNumber ?? "unknown")}`,
    reason: reason.join(": ") || "no reason given",
  };
}
