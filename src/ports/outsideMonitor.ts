// Somebody outside of all that the app runs on, who raises the alarm when they no longer hear from it.

export type OutsideMonitor = {
  /** Says that the app lives. Throws TransientError where it was not heard; what it says never holds the address, which is a secret. */
  push(): Promise<void>;
};
