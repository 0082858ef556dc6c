import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

const PACKAGES = [
  "tensor",
  "sdk",
  "worker",
  "deploy",
  "scripts",
  "bench",
  "test",
  "typechain-types",
];

/** What each folder may import of the others; the table in docs/architecture.md says the same. */
const MAY_IMPORT = {
  tensor: [],
  sdk: ["tensor", "typechain-types"],
  worker: ["tensor", "sdk"],
  deploy: [],
  scripts: ["tensor", "sdk", "worker", "deploy"],
  bench: ["tensor", "sdk", "worker", "scripts"],
  test: PACKAGES,
};

const INDEXED = ["sdk", "tensor"];

/** What `folder` may not import; it may look inside `own`, a package whose tests it holds. */
function restrictedIn(folder, own) {
  const forbidden = PACKAGES.filter(
    (name) => name !== folder && !MAY_IMPORT[folder].includes(name),
  );
  return [
    ...forbidden.map((name) => ({
      regex: `^(\\.\\./)+${name}(/|$)`,
      message: `${folder}/ imports nothing from ${name}/: see the map in docs/architecture.md.`,
    })),
    ...INDEXED.filter((name) => name !== own).map((name) => ({
      regex: `^(\\.\\./)+${name}/src/(?!index$)`,
      message: `Import ${name}/ through its src/index.`,
    })),
    ...(folder === "tensor" ? [{ group: ["ethers"], message: "tensor/ knows no chain." }] : []),
  ];
}

export default tseslint.config(
  {
    ignores: [
      "node_modules",
      "artifacts",
      "cache",
      "out",
      "coverage",
      "typechain-types",
      "tensor/assembly",
      "tensor/build",
      "bench/node_modules",
      "**/*.mjs",
      "**/*.js",
      ".solcover.js",
    ],
  },
  ...tseslint.configs.recommended,
  prettier,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-explicit-any": "error",
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", 40],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // chai writes assertions as property reads
      "@typescript-eslint/no-unused-expressions": "off",
      // a suite is a function
      "max-lines-per-function": "off",
    },
  },
  ...Object.keys(MAY_IMPORT).map((folder) => ({
    files: [`${folder}/**/*.ts`],
    rules: { "no-restricted-imports": ["error", { patterns: restrictedIn(folder) }] },
  })),
  ...INDEXED.map((own) => ({
    files: [`test/${own}/**/*.ts`],
    rules: { "no-restricted-imports": ["error", { patterns: restrictedIn("test", own) }] },
  })),
);
