// Questions to a person on the terminal; they are drawn on the errors, so that the output stays the answer.
import type { Choice, Prompts } from "./world.ts";

const output = process.stderr;

// Loaded at the first question: most commands ask none.
const loadClack = () => import("@clack/prompts");

export const terminalPrompts: Prompts = {
  confirm: async (message) => {
    const { confirm, isCancel } = await loadClack();
    const answer = await confirm({ message, initialValue: false, output });
    return isCancel(answer) ? undefined : answer;
  },
  text: async (message, initial) => {
    const { text, isCancel } = await loadClack();
    const answer = await text({ message, output, ...(initial === undefined ? {} : { initialValue: initial }) });
    return isCancel(answer) ? undefined : answer;
  },
  secret: async (message) => {
    const { password, isCancel } = await loadClack();
    const answer = await password({ message, output });
    return isCancel(answer) ? undefined : answer;
  },
  select: async <T extends string>(message: string, options: readonly Choice<T>[]) => {
    const { select, isCancel } = await loadClack();
    const answer = await select<string>({ message, output, options: options.map((option) => ({ ...option })) });
    return isCancel(answer) ? undefined : options.find(({ value }) => value === answer)?.value;
  },
};
