import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

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
  {
    files: ["tensor/src/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            "**/sdk/**",
            "**/worker/**",
            "**/scripts/**",
            "**/typechain-types/**",
            "ethers",
          ],
        },
      ],
    },
  },
  {
    files: ["sdk/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/worker/**", "**/scripts/**"] }] },
  },
  {
    files: ["worker/**/*.ts", "scripts/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/typechain-types/**"] }] },
  },
);
