import { expect } from "chai";

interface Coded {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** Expects `action` to throw, or reject with, an error of this name and code; returns it. */
export async function expectError(
  action: () => unknown,
  name: string,
  code: string,
): Promise<Coded & { readonly retryable?: boolean }> {
  let thrown: unknown;
  try {
    await action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, `nothing was thrown, expected ${name} ${code}`).to.be.instanceOf(Error);
  const { name: actualName, code: actualCode } = thrown as Coded;
  expect(`${actualName} ${actualCode}: ${(thrown as Error).message}`).to.match(
    new RegExp(`^${name} ${code}: `),
  );
  return thrown as Coded;
}
