export * from "./rounds";
export * from "./tree";
export * from "./unitTrace";
export * from "./witness";
