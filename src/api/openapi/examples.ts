// An example of every body that is sent and of every answer.
import type { AnswerName } from "./answers.ts";
export const requestExamples: Readonly<Record<string, unknown>> = {};
export const answerExamples: Readonly<Record<AnswerName, unknown>> = {} as never;
