// The request budget of a minute of real time, one for each of the two hosts.

export type RateBudget = {
  /** Spends one request: whether it was within the budget, and the headers that say so. */
  readonly spend: (host: "trading" | "data") => { readonly allowed: boolean; readonly headers: Record<string, string> };
};

const minuteMs = 60_000;

/** `requestsPerMinute` 0 means no limit, and no headers. `realMs` is the real time since the epoch. */
export function createRateBudget(requestsPerMinute: number, realMs: () => number): RateBudget {
  const windows = new Map<string, { readonly minute: number; readonly spent: number }>();
  return {
    spend: (host) => {
      if (requestsPerMinute === 0) return { allowed: true, headers: {} };
      const minute = Math.floor(realMs() / minuteMs);
      const window = windows.get(host);
      const spent = (window?.minute === minute ? window.spent : 0) + 1;
      windows.set(host, { minute, spent });
      return {
        allowed: spent <= requestsPerMinute,
        headers: {
          "X-RateLimit-Limit": String(requestsPerMinute),
          "X-RateLimit-Remaining": String(Math.max(0, requestsPerMinute - spent)),
          "X-RateLimit-Reset": String((minute + 1) * 60),
        },
      };
    },
  };
}
