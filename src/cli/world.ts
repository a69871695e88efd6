// What a command touches outside itself, as one value: the process gives it in main.ts, a test its own.

export type World = {
  /** How people start it: `npm run tradewind --` or `tradewind`. */
  readonly programName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the profiles. */
  readonly configDir: string;
  /** The folder of the checkout, where the local stack can be started; undefined in an installed package. */
  readonly checkout: string | undefined;
  /** The Node.js that runs this. */
  readonly node: string;
  /** The login name of whoever runs it. */
  readonly userName: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Colours on the output; a line that rewrites itself on the errors. */
  readonly colours: boolean;
  readonly errIsTerminal: boolean;
  /** All that is piped in; undefined where a person types instead. */
  readonly input: (() => Promise<string>) | undefined;
  /** Undefined where there is nobody to ask. */
  readonly prompts: Prompts | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly nowMs: () => number;
  /** Resolves early, without an error, once `signal` is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From the first call on, Ctrl-C aborts this signal instead of ending the process. */
  readonly interrupted: () => AbortSignal;
  /** Runs a program on this terminal, and answers its exit code. */
  readonly runProgram: (program: string, args: readonly string[]) => Promise<number>;
};

/** Questions to a person; each answers undefined when it was left with Ctrl-C or Escape. */
export type Prompts = {
  readonly confirm: (message: string) => Promise<boolean | undefined>;
  readonly text: (message: string, initial?: string) => Promise<string | undefined>;
  readonly secret: (message: string) => Promise<string | undefined>;
  readonly select: <T extends string>(message: string, options: readonly Choice<T>[]) => Promise<T | undefined>;
};
export type Choice<T extends string> = { readonly value: T; readonly label: string; readonly hint?: string };
