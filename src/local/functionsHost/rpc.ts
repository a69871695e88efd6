// The shapes that pass between the host and the functions library, as the Node worker defines them.

export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical";

/** One value on its way to or from a function; the field that is there says its kind. */
export type TypedData = {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: HttpData;
  readonly collectionBytes?: { readonly bytes: readonly Uint8Array[] };
  readonly collectionString?: { readonly string: readonly string[] };
};

type Nullable<T> = { readonly value?: T } | null | undefined;

export type HttpData = {
  readonly method?: string;
  readonly url?: string;
  readonly nullableHeaders?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableQuery?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableParams?: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: TypedData | null | undefined;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly HttpCookie[];
};

export type HttpCookie = {
  readonly name: string;
  readonly value: string;
  readonly domain?: Nullable<string>;
  readonly path?: Nullable<string>;
  readonly expires?: Nullable<{ readonly seconds: number }>;
  readonly secure?: Nullable<boolean>;
  readonly httpOnly?: Nullable<boolean>;
  readonly sameSite?: "none" | "lax" | "strict" | "explicitNone";
  readonly maxAge?: Nullable<number>;
};

/** A trigger, an input or an output as the app declared it. */
export type Binding = {
  readonly type: string;
  readonly direction: "in" | "out" | "inout";
  readonly [option: string]: unknown;
};

type Duration = { readonly seconds: number };

export type RetryOptions = {
  readonly maxRetryCount?: number;
  readonly retryStrategy?: "fixedDelay" | "exponentialBackoff";
  readonly delayInterval?: Duration;
  readonly minimumInterval?: Duration;
  readonly maximumInterval?: Duration;
};

export type FunctionMetadata = {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: RetryOptions | undefined;
};

export type RetryContext = {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string };
};

/** What an invocation carries to the function. */
export type InvocationRequest = {
  readonly invocationId: string;
  readonly inputData: readonly { readonly name: string; readonly data?: TypedData }[];
  readonly triggerMetadata?: Readonly<Record<string, TypedData>> | undefined;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string; readonly attributes: object };
  readonly retryContext?: RetryContext | undefined;
};

/** What a function gave back: the return value and the named outputs. */
export type InvocationResponse = {
  readonly returnValue?: TypedData | null | undefined;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
};

type Callback = (...inputs: unknown[]) => unknown;
export type FunctionCallback = Callback;

export type CoreInvocationContext = {
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly metadata: FunctionMetadata;
  state: "preInvocationHooks" | "postInvocationHooks" | "invocation" | undefined;
  log(level: LogLevel, category: "user" | "system", message: string): void;
};

type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
};

/** The functions library as the host sees it. */
export type ProgrammingModel = {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
};
