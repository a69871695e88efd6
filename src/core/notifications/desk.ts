// What is remembered between notifications: troubles that go on, what waits to be told as one, the day's count, and channels that take nothing.
import { z } from "zod";
import { channelNames, type Notification, notificationKinds, severities } from "../model/notification.ts";
import { instant } from "../model/parse.ts";

/** Something that went wrong and goes on until it is resolved. */
const trouble = z.strictObject({
  fingerprint: z.string(),
  /** The notification that told it last, which is the one to acknowledge. */
  id: z.string(),
  title: z.string(),
  severity: z.enum(severities),
  kind: z.enum(notificationKinds).exactOptional(),
  taskId: z.string().exactOptional(),
  since: instant,
  toldAt: instant,
  /** How often it was seen since it was told. */
  repeats: z.int().min(0),
  acknowledgedAt: instant.exactOptional(),
  escalatedAt: instant.exactOptional(),
});

/** One line of what is told as one later. */
const line = z.strictObject({ id: z.string(), at: instant, severity: z.enum(severities), title: z.string() });
/** Lines up to a bound, and how many more there were. */
const bundle = z.strictObject({ lines: z.array(line), more: z.int().min(0) });
const failing = z.strictObject({ since: instant, retryAt: instant });

export const deskSchema = z.strictObject({
  /** The day in New York that `told` and `toldErrors` count. */
  day: z.string(),
  told: z.int().min(0),
  toldErrors: z.int().min(0),
  troubles: z.array(trouble),
  /** Kept back in quiet hours, for the digest, and above the day's budget. */
  quiet: bundle,
  digest: bundle,
  collapsed: bundle,
  /** The day on which it was told that the budget is spent. */
  spentToldOn: z.string(),
  failing: z.partialRecord(z.enum(channelNames), failing),
  /** The trading day whose report was told last; empty before the first. */
  reportedDay: z.string(),
});

export type NotificationDesk = Readonly<z.infer<typeof deskSchema>>;
export type Trouble = Readonly<z.infer<typeof trouble>>;
export type Bundle = Readonly<z.infer<typeof bundle>>;

const emptyBundle: Bundle = { lines: [], more: 0 };
export const emptyDesk: NotificationDesk = {
  day: "",
  told: 0,
  toldErrors: 0,
  troubles: [],
  quiet: emptyBundle,
  digest: emptyBundle,
  collapsed: emptyBundle,
  spentToldOn: "",
  failing: {},
  reportedDay: "",
};

/** What a message can show; the list of all holds the rest. */
const linesKept = 40;
const troublesKept = 200;

export function withLine({ lines, more }: Bundle, { id, severity, title }: Notification, at: Trouble["since"]): Bundle {
  return lines.length < linesKept
    ? { lines: [...lines, { id, at, severity, title }], more }
    : { lines, more: more + 1 };
}

export const sizeOf = ({ lines, more }: Bundle): number => lines.length + more;

/** The trouble in the place of an earlier one with its fingerprint; the oldest are forgotten when there are too many. */
export const withTrouble = (troubles: readonly Trouble[], next: Trouble): Trouble[] =>
  [...troubles.filter(({ fingerprint }) => fingerprint !== next.fingerprint), next].slice(-troublesKept);
