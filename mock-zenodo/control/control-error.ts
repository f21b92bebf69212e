/** What is wrong with a control call: one sentence, and details if there are several. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: string[] = [],
  ) {
    super(message);
  }
}
