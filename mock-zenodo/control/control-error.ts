/** The error of a control call: one sentence, and details if there are several faults. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: string[] = [],
  ) {
    super(message);
  }
}
