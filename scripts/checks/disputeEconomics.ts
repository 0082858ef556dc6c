import { readMeasured } from "../docs/measured";
import { economicClaims } from "./economics/claims";

for (const { sentence, cases, failures } of economicClaims(readMeasured().overload)) {
  const verdict =
    failures.length === 0 ? "holds" : `FALSE in ${failures.length}, as ${failures[0]}`;
  console.log(`${sentence}\n  ${cases.toLocaleString("en-US")} cases: ${verdict}`);
  if (failures.length > 0) process.exitCode = 1;
}
