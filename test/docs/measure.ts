import { writeFileSync } from "node:fs";
import { MEASURED_FILE } from "../../scripts/docs/measured";
import { playDisputedDigit } from "./disputedDigit";
import { measureOverload } from "./overload";

async function main(): Promise<void> {
  const measured = { game: await playDisputedDigit(), overload: await measureOverload() };
  writeFileSync(MEASURED_FILE, `${JSON.stringify(measured, null, 2)}\n`);
}

// the test runner imports every file of this folder
if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
