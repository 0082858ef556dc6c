import { artifacts } from "hardhat";

/** The largest contract that the chain accepts, in bytes (EIP-170). */
const LIMIT = 24_576;

async function main(): Promise<void> {
  const names = await artifacts.getAllFullyQualifiedNames();
  const sizes = await Promise.all(
    names.map(async (name) => {
      const { deployedBytecode } = await artifacts.readArtifact(name);
      return { name, size: (deployedBytecode.length - 2) / 2 };
    }),
  );
  const own = sizes.filter(({ name }) => /^contracts\/(?!mocks\/)/.test(name));
  const largest = own.reduce((a, b) => (a.size >= b.size ? a : b));
  console.log(`largest contract: ${largest.name}, ${largest.size} of ${LIMIT} bytes`);
  const over = own.filter(({ size }) => size > LIMIT);
  for (const { name, size } of over) console.error(`${name} has ${size} bytes`);
  if (over.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
