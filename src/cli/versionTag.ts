// The version that was read, as the header that a change of it is made on.
import { z } from "zod";
import { type Answer, readAnswer } from "./client.ts";

/** The ETag of an answer; where a host took the header away, made of its version. */
export const versionTag = (answer: Answer): string =>
  answer.etag ?? `"${readAnswer(z.looseObject({ version: z.number() }), answer).version}"`;
